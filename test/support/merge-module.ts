import { settingsOf } from '../../entrypoint/conf/configuration.ts';
import { wordsOf } from '../../entrypoint/conf/environment.ts';
import { loadLinesOf, type Module } from '../../entrypoint/modules/discover.ts';
import { mergeModule } from '../../entrypoint/modules/merge.ts';
import { variableName } from '../../entrypoint/text/names.ts';
import { showPlace } from '../../entrypoint/text/place.ts';
import { directives } from './conf-lines.ts';
import { manifests } from './fake-image.ts';
import { codesOf } from './refusal.ts';

interface Given {
  readonly conf?: string;
  readonly options?: string;
  readonly env?: string;
  readonly image?: string;
  readonly selected?: boolean;
  readonly name?: string;
}

/** What mergeModule makes of one module, each place as it is shown. */
export function merge({ conf = '', options = '', env, image, selected = true, name = 'search' }: Given) {
  const module = moduleOf(name);
  const inFile = directives(conf);
  const onCommandLine = directives(options, { kind: 'argument', index: 2 });
  const merged = mergeModule({
    module,
    version: '1.0.2',
    lines: [...loadLinesOf(inFile, 'file'), ...loadLinesOf(onCommandLine, 'options')],
    selected,
    environment: env === undefined ? null : { words: wordsOf('X', env), at: { kind: 'variable', name: 'X' } },
    defaults: image === undefined ? [] : [{ words: wordsOf('X', image), at: { kind: 'image', path: 'b' } }],
    settings: settingsOf([...inFile, ...onCommandLine]),
    overrides: settingsOf(onCommandLine),
  });
  return {
    verdict: merged.verdict,
    /** `words <- place`, one argument each; `not heard` names the directive that is. */
    args:
      merged.load?.args.map(({ words, at, overriddenAt }) => {
        const instead = overriddenAt === undefined ? '' : `, not heard: ${showPlace(overriddenAt)}`;
        return `${words.join(' ')} <- ${showPlace(at)}${instead}`;
      }) ?? null,
    path: merged.load?.path,
    changed: merged.load?.changed,
    directives: merged.directives.map(({ name, value, at }) => `${name} ${value} <- ${showPlace(at)}`),
    codes: codesOf(merged.diagnostics),
    at: showPlace(merged.at),
  };
}

/** A module of the image by its manifest's name; one without a manifest for any other name. */
export function moduleOf(name: string): Module {
  const manifest = manifests.find((known) => known.name === name) ?? null;
  const file = manifest?.file ?? `lib${name}.so`;
  const path = `/usr/lib/valkey/${file}`;
  return { name, file, path, realPath: path, variable: manifest?.env ?? variableName(file), manifest };
}
