import { type Diagnostic, refuse } from '../diagnostics/diagnostic.ts';
import type { ConfFiles, Reader } from '../host/host.ts';
import { asBytes, type Bytes, bytesOf, HAS_MARK, lineWithMark, textOf } from '../text/bytes.ts';
import { absolute, type Place } from '../text/place.ts';
import { type Environment, wordsOf } from './environment.ts';
import { directivesOf, type Entry, type Reading, readLines, readMain } from './include.ts';
import type { Directive, SourceLine } from './parse.ts';
import { currentGrammar, type Grammar, tokenize } from './tokenize.ts';

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

/**
 * Reads command line, VALKEY_EXTRA_FLAGS, configuration file, standard input and includes. Refuses VB1xx, VB201, VB202,
 * VB211, VB215.
 */
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

/**
 * The same files, of which none may have a line that the server would take for a misspelled directive, even where it is
 * a comment.
 */
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

/**
 * The elements of the command line. Extra flags stand at its end, but before a last `-`, which means standard input
 * only there.
 */
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

/** The last value of each directive, by its lower-case name: later lines win, the command line stands last. */
export type Settings = ReadonlyMap<string, Setting>;

interface Setting {
  readonly args: readonly Bytes[];
  readonly at: Place;
  readonly directive: Directive;
}

export function settingsOf(directives: Iterable<Directive>): Settings {
  const last = new Map<string, Directive>();
  for (const directive of directives) last.set(directive.name, directive);
  return new Map(
    [...last].map(([name, directive]) => [name, { args: directive.args, at: directive.line.at, directive }]),
  );
}

/** True if a directive has this value, compared as the server compares its enums: without case. */
export function isSetTo(settings: Settings, name: string, value: string): boolean {
  const [word] = settings.get(name)?.args ?? [];
  return word !== undefined && textOf(word).toLowerCase() === value.toLowerCase();
}

/** The first word of a directive as text; empty for a directive without one, undefined where it is not set. */
export function settingText(settings: Settings, name: string): string | undefined {
  const setting = settings.get(name);
  return setting === undefined ? undefined : textOf(asBytes(setting.args[0] ?? ''));
}

/** One element of the server's command line (the program not counted), and who said it. */
interface Element {
  readonly text: string;
  readonly at: Place;
}

/** One line that the options make, and the elements (indices, both inclusive) that make it. */
export interface OptionLine extends SourceLine {
  readonly from: number;
  readonly to: number;
}

/** The server's command line, taken apart by the server's own rule. */
export interface CommandLine {
  readonly elements: readonly Element[];
  readonly confFile: Element | null;
  readonly readsStdin: boolean;
  readonly lines: readonly OptionLine[];
}

/**
 * Reads a command line as main() in server.c does. The first element, if it does not begin with `-`, is the
 * configuration file. `-` as first or last element is standard input. An element that begins with `--` while no value
 * is awaited begins a line and is taken raw; if it is a single word, the next element is its value whatever it looks
 * like (but for --save and --sentinel). Every other element is quoted and joins the line before it.
 */
export function readCommandLine(elements: readonly Element[], grammar: Grammar = currentGrammar): CommandLine {
  const [first] = elements;
  const confFile = first !== undefined && !first.text.startsWith('-') ? first : null;
  const pieces: Piece[] = [];
  let readsStdin = false;
  let awaitsValue = false;
  let isEmpty = true;
  for (const [index, { text }] of elements.entries()) {
    if (index === 0 && confFile !== null) continue;
    if (text === '-' && (index === 0 || index === elements.length - 1)) {
      readsStdin = true;
      continue;
    }
    if (awaitsValue || !text.startsWith('--')) {
      pieces.push({ text: asQuotedWord(bytesOf(text)), index });
      isEmpty = false;
      awaitsValue = false;
      continue;
    }
    if (!isEmpty) pieces.push({ text: '\n', index });
    isEmpty = false;
    pieces.push({ text: `${bytesOf(text).slice(2)} `, index });
    const words = tokenize(bytesOf(text), grammar);
    awaitsValue = words.ok && words.words.length === 1;
    if (awaitsValue && standsAlone(text, elements[index + 1]?.text)) {
      if (text.toLowerCase() === '--save') pieces.push({ text: '""', index });
      awaitsValue = false;
    }
  }
  return { elements, confFile, readsStdin, lines: optionLines(pieces, elements) };
}

/** `--save` and `--sentinel` need no value: before another option, and at the end. */
function standsAlone(option: string, next: string | undefined): boolean {
  return /^--(save|sentinel)$/i.test(option) && (next === undefined || next.startsWith('--'));
}

/** sdscatrepr and a blank: the element as one word in double quotes. */
function asQuotedWord(value: Bytes): string {
  return `"${value.replace(/[^ !#-[\]-~]/g, reprByte)}" `;
}

function reprByte(byte: string): string {
  return REPR_ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

const REPR_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

interface Piece {
  readonly text: string;
  readonly index: number;
}

/**
 * The joined text cut into lines. A raw element may hold newlines of its own, so one element can make several lines.
 */
function optionLines(pieces: readonly Piece[], elements: readonly Element[]): OptionLine[] {
  const lines: { text: string; from: number; to: number }[] = [];
  let open: { text: string; from: number; to: number } | null = null;
  for (const { text, index } of pieces) {
    for (const [position, part] of text.split('\n').entries()) {
      if (position > 0 || open === null) {
        open = { text: '', from: index, to: index };
        lines.push(open);
      }
      if (part === '') continue;
      if (open.text === '') open.from = index;
      open.text += part;
      open.to = index;
    }
  }
  return lines.map(({ text, from, to }) => {
    const at = elements[from]?.at ?? { kind: 'argument', index: from + 1 };
    return { text: asBytes(text), at, from, to };
  });
}
