import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../entrypoint/conf/configuration.ts';
import { type LoadLine, loadLinesOf } from '../../entrypoint/modules/discover.ts';
import type { ExtraDirective, WantedLoad } from '../../entrypoint/modules/precedence.ts';
import { express } from '../../entrypoint/server/express.ts';
import { asBytes } from '../../entrypoint/text/bytes.ts';
import type { Change } from './case.ts';
import type { Load } from './reading.ts';

/** A plan for a configuration, written down for a server. */
export interface HandedOver {
  readonly how: string;
  readonly args: readonly string[];
  /** What the server must load, and the values that the plan adds. */
  readonly loads: readonly Load[];
  readonly values: Readonly<Record<string, string>>;
}

/** Changes the loads of a configuration as a plan may, and expresses them as the entrypoint does, with its files in `home`. */
export function handOver(conf: Configuration, change: Change, modules: string, home: string): HandedOver {
  const path = `${modules}/report.so`;
  const file = loadLinesOf(conf.fileDirectives, 'file').map(asWanted);
  const options = loadLinesOf(conf.optionDirectives, 'options').map(asWanted);
  const wanted = changed(change, file, options, path);
  const extra = change === 'directives' ? DIRECTIVES : [];
  const files = { conf: join(home, 'valkey.conf'), secrets: join(home, 'secrets.conf') };
  const { how, args, effectiveConf, secretsConf } = express(conf, wanted, extra, files);
  for (const [path, text] of [[files.conf, effectiveConf] as const, [files.secrets, secretsConf] as const])
    if (text !== null) writeFileSync(path, text, 'latin1');
  return {
    how,
    args,
    loads: wanted.map(({ path, args: words }) => ({ path, args: words.flatMap((argument) => argument.words) })),
    values: Object.fromEntries(extra.map(({ name, value }) => [name, value])),
  };
}

/** One that stands in the arguments, and one that goes through a file. */
const DIRECTIVES: readonly ExtraDirective[] = [
  { name: asBytes('hz'), value: asBytes('11'), secret: false, at: { kind: 'variable', name: 'X' } },
  { name: asBytes('masterauth'), value: asBytes('hush "\x01\xff'), secret: true, at: { kind: 'variable', name: 'X' } },
];

function changed(
  change: Change,
  file: readonly WantedLoad[],
  options: readonly WantedLoad[],
  path: string,
): readonly WantedLoad[] {
  const all = [...file, ...options];
  const plain: WantedLoad = { ...wantedLoad(path, ['added']), line: null };
  const hard: WantedLoad = { ...wantedLoad(path, ['two words', '"', '', '\x01\xff', '--x']), line: null };
  // The last one, which is the command line's if it has any, and of the others each third.
  const isChosen = (at: number): boolean => (all.length - 1 - at) % 3 === 0;
  switch (change) {
    case 'none':
    case 'directives':
      return all;
    case 'before':
      return [plain, ...all];
    case 'between':
      return [...file, plain, ...options];
    case 'hard':
      return [...file, hard, ...options];
    case 'longer':
      return all.map((load, at) =>
        isChosen(at) ? { ...load, args: [...load.args, ...hard.args], changed: true } : load,
      );
    case 'fewer':
      return all.filter((_, at) => !isChosen(at));
    case 'reversed':
      return all.toReversed();
  }
}

function asWanted(line: LoadLine): WantedLoad {
  return { ...wantedLoad(line.path, line.args), line };
}

/** A load of a module that no manifest knows. */
function wantedLoad(path: string, words: readonly string[]): Omit<WantedLoad, 'line'> {
  const at = { kind: 'directory', path } as const;
  return {
    module: { name: 'report', file: 'report.so', path, realPath: path, variable: 'REPORT', manifest: null },
    path: asBytes(path),
    args: words.map((word) => ({ words: [asBytes(word)], at })),
    changed: false,
  };
}
