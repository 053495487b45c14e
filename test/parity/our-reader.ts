import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, readConfiguration } from '../../entrypoint/conf/configuration.ts';
import type { Grammar } from '../../entrypoint/conf/tokenize.ts';
import { Refusal } from '../../entrypoint/diagnostics/diagnostic.ts';
import { realFiles } from '../../entrypoint/host/files.ts';
import type { Reader } from '../../entrypoint/host/host.ts';
import { type LoadLine, loadLinesOf } from '../../entrypoint/modules/discover.ts';
import type { ExtraDirective, WantedLoad } from '../../entrypoint/modules/precedence.ts';
import { express } from '../../entrypoint/server/express.ts';
import { asBytes, bytesOf } from '../../entrypoint/text/bytes.ts';
import {
  type Case,
  type Change,
  DIRECTORY_LINK,
  FREE_DIRECTIVES,
  type Load,
  MODULE_LINKS,
  type OurReading,
} from './case.ts';

/** What the entrypoint's reader says of a command line, and the configuration that it read, where it refused nothing. */
export interface Ours {
  readonly reading: OurReading;
  readonly conf: Configuration | null;
}

export function readOurs(cwd: string, args: readonly string[], stdin: string | null, grammar: Grammar): Ours {
  try {
    // Reading asks a host for nothing but files and standard input.
    const host = { ...realFiles, cwd, readStdin: () => asBytes(stdin ?? '') } as unknown as Reader;
    const conf = readConfiguration(host, args, {}, grammar);
    const lines = [...loadLinesOf(conf.fileDirectives, 'file'), ...loadLinesOf(conf.optionDirectives, 'options')];
    const others = [...conf.fileDirectives, ...conf.optionDirectives].filter(({ name }) => name !== 'loadmodule');
    return {
      reading: {
        kind: 'loads',
        loads: lines.map((line): Load => ({ path: line.path, args: line.args })),
        directory: bytesOf(conf.dataDirectory),
        values: valuesOf(conf),
        warnings: conf.warnings.map(({ code }) => code),
        others: others.map(({ line, name, args: words }) => ({
          line: line.text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''),
          name,
          words: words.length,
        })),
      },
      conf,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { reading: { kind: 'refused', code: error.diagnostic.code, why: error.message }, conf: null };
  }
}

function valuesOf({ settings }: Configuration): Record<string, string> {
  return Object.fromEntries(
    FREE_DIRECTIVES.flatMap((name) => {
      const [value] = settings.get(name)?.args ?? [];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A plan for a configuration, written down for a server. */
interface HandedOver {
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

/** Writes the files of a case into a fresh directory. */
export function layOut(directory: string, { files }: Pick<Case, 'files'>): void {
  rmSync(directory, { recursive: true, force: true });
  for (const folder of ['sub/sub', 'conf.d']) mkdirSync(join(directory, folder), { recursive: true });
  for (const folder of ['', 'sub/']) symlinkSync('sub', pathOf(`${directory}/${folder}${DIRECTORY_LINK}`));
  for (const [path, text] of Object.entries(files)) writeFileSync(pathOf(`${directory}/${path}`), text, 'latin1');
}

/** A directory with the report module under all the names that cases use. */
export function layModules(directory: string, module: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const name of MODULE_LINKS) symlinkSync(module, pathOf(`${directory}/${name}`));
}

export function pathOf(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}
