import { HAS_MARK, lineWithMark } from './byte-order-mark.ts';
import { type Bytes, textOf } from './bytes.ts';
import { currentGrammar, type Grammar } from './conf/grammar.ts';
import { directivesOf, type Entry, type Reading, readLines, readMain } from './conf/include.ts';
import type { Directive } from './conf/parse.ts';
import { type Diagnostic, refuse } from './diagnostics.ts';
import { type Environment, wordsOf } from './environment.ts';
import type { ConfFiles, Reader } from './host.ts';
import { type Settings, settingsOf } from './modules/settings.ts';
import { type CommandLine, type Element, readCommandLine } from './options.ts';
import { absolute } from './path.ts';
import type { Place } from './place.ts';

/** The user's whole configuration, read as the server will read it. */
export interface Configuration {
  readonly commandLine: CommandLine;
  /** The configuration file as an absolute path. */
  readonly confFile: string | null;
  /** The file and standard input. */
  readonly fileEntries: readonly Entry[];
  /** One entry for each line of the command line. */
  readonly optionEntries: readonly Entry[];
  readonly fileDirectives: readonly Directive[];
  readonly optionDirectives: readonly Directive[];
  readonly settings: Settings;
  readonly files: readonly string[];
  /** The server's working directory once everything is read: its data directory. */
  readonly dataDirectory: string;
  readonly warnings: readonly Diagnostic[];
}

/** Reads command line, VALKEY_EXTRA_FLAGS, configuration file, standard input and includes. Refuses VB1xx, VB201, VB202, VB211, VB215. */
export function readConfiguration(
  host: Reader,
  args: readonly string[],
  env: Environment,
  grammar: Grammar = currentGrammar,
  readStdin: () => Bytes = () => host.readStdin(),
): Configuration {
  const commandLine = readCommandLine(withExtraFlags(args, env['VALKEY_EXTRA_FLAGS'], grammar), grammar);
  const reading: Reading = { cwd: host.cwd, files: [], warnings: [], open: [], grammar };
  const files = withoutMarks(host);
  const stdin: Bytes | null = commandLine.readsStdin ? readStdin() : null;
  if (stdin !== null) refuseMark(stdin, (line) => ({ kind: 'stdin', line }));
  const main = commandLine.confFile;
  const confFile = main === null ? null : absolute(trimmed(main.text), host.cwd);
  const fileEntries = readMain(
    files,
    main === null || confFile === null ? null : { path: confFile, at: main.at },
    stdin,
    reading,
  );
  const optionEntries = readLines(files, commandLine.lines, reading);
  const fileDirectives = directivesOf(fileEntries);
  const optionDirectives = directivesOf(optionEntries);
  return {
    commandLine,
    confFile,
    fileEntries,
    optionEntries,
    fileDirectives,
    optionDirectives,
    settings: settingsOf([...fileDirectives, ...optionDirectives]),
    files: reading.files,
    dataDirectory: reading.cwd,
    warnings: reading.warnings,
  };
}

/** The same files, of which none may have a line that the server would take for a misspelled directive, even where it is a comment. */
function withoutMarks(host: ConfFiles): ConfFiles {
  return {
    ...host,
    readConf: (path) => {
      const read = host.readConf(path);
      if (read.kind === 'text') refuseMark(read.text, (line) => ({ kind: 'file', path, line }));
      return read;
    },
  };
}

function refuseMark(text: Bytes, at: (line: number) => Place): void {
  const line = lineWithMark(text);
  if (line !== null) throw refuse('VB113', `the line ${HAS_MARK}`, { at: at(line) });
}

/** The server trims the name of its configuration file so before it looks for it (util.c, getAbsolutePath). */
function trimmed(name: string): string {
  return name.replace(/^[ \r\n\t]+|[ \r\n\t]+$/g, '');
}

/** The elements of the command line. Extra flags stand at its end, but before a last `-`, which means standard input only there. */
export function withExtraFlags(
  args: readonly string[],
  value: string | undefined,
  grammar: Grammar = currentGrammar,
): Element[] {
  const own = args.map((text, index): Element => ({ text, at: { kind: 'argument', index: index + 1 } }));
  const damaged = own.find(({ text }) => text.includes('\ufffd'));
  if (damaged !== undefined)
    throw refuse('VB211', 'an argument of the command line is not valid UTF-8', { at: damaged.at });
  if (value === undefined) return own;
  const extra = wordsOf('VALKEY_EXTRA_FLAGS', value, grammar).map((word) => extraFlag(word));
  const last = own.at(-1);
  return last?.text === '-' && own.length > 1 ? [...own.slice(0, -1), ...extra, last] : [...own, ...extra];
}

function extraFlag(word: Bytes): Element {
  const at = { kind: 'variable', name: 'VALKEY_EXTRA_FLAGS' } as const;
  const text = textOf(word);
  if (text.includes('\ufffd')) throw refuse('VB211', 'VALKEY_EXTRA_FLAGS holds bytes that are not UTF-8', { at });
  return { text, at };
}
