import type { CommandLine, Configuration, OptionLine } from '../conf/configuration.ts';
import type { Entry } from '../conf/include.ts';
import { parseLine } from '../conf/parse.ts';
import { renderLine, tokenize } from '../conf/tokenize.ts';
import { isOpaque } from '../modules/arguments.ts';
import type { ExtraDirective, WantedLoad } from '../modules/precedence.ts';
import { asBytes, type Bytes, bytesOf, pathOf, printable, textOf } from '../text/bytes.ts';

/** How the plan reaches the server: `options` appends, `wrapper` and `lifted` write an effective configuration. */
type Expression = 'options' | 'wrapper' | 'lifted';

export interface Expressed {
  readonly how: Expression;
  /** The server's arguments, the program not counted. */
  readonly args: readonly string[];
  readonly effectiveConf: Bytes | null;
  /** Directives that argv must not show, or cannot carry. */
  readonly secretsConf: Bytes | null;
}

/** Where the files of this start will stand. */
interface RuntimeFiles {
  readonly conf: string;
  readonly secrets: string;
}

/**
 * Expresses the wanted list in the form that changes least: options behind the user's file if its own load lines, in
 * their order, are part of the list as they stand; a wrapper if something must only come before them; a copy with the
 * load lines lifted out otherwise, and for text from standard input, which has been read by now.
 */
export function express(
  conf: Configuration,
  wanted: readonly WantedLoad[],
  extra: readonly ExtraDirective[],
  files: RuntimeFiles,
): Expressed {
  const isFiled = (directive: ExtraDirective): boolean =>
    directive.secret || directiveElement(directive).length > LONGEST_ELEMENT;
  const filed = extra.filter(isFiled);
  const secretsConf =
    filed.length === 0 ? null : asBytes(filed.map(({ name, value }) => `${renderLine([name, value])}\n`).join(''));
  const own = [
    ...extra.filter((directive) => !isFiled(directive)).map(directiveElement),
    ...(secretsConf === null ? [] : [includeElement(files.secrets)]),
  ];
  const how = chooseExpression(conf, wanted);
  const lastFile = wanted.findLastIndex(isFromFile);
  const firstFile = wanted.findIndex(isFromFile);
  switch (how) {
    case 'options':
      return {
        how,
        args: assemble(conf.confFile, conf, wanted.slice(lastFile + 1), own),
        effectiveConf: null,
        secretsConf,
      };
    case 'wrapper': {
      const effectiveConf = wrapperText(wanted.slice(0, firstFile), conf.confFile ?? '');
      return { how, args: assemble(files.conf, conf, wanted.slice(lastFile + 1), own), effectiveConf, secretsConf };
    }
    case 'lifted': {
      const withOptions = optionIncludesLoad(conf);
      const entries = withOptions ? [...conf.fileEntries, ...conf.optionEntries] : conf.fileEntries;
      const options = withOptions ? [] : optionsWithout(conf.commandLine, loadLines(conf));
      const sources = [...conf.files, ...(conf.commandLine.readsStdin ? ['standard input'] : [])];
      return {
        how,
        args: joinArgs(files.conf, own, options),
        effectiveConf: liftedText(wanted, entries, sources),
        secretsConf,
      };
    }
  }
}

/**
 * The kernel takes 128 KiB for one element of argv (MAX_ARG_STRLEN, execve(2)): its NUL is in them, and the newline
 * that may close it.
 */
const LONGEST_ELEMENT = 131_070;

function chooseExpression(conf: Configuration, wanted: readonly WantedLoad[]): Expression {
  if (conf.commandLine.readsStdin) return 'lifted';
  if (wanted.some((load) => !isFromFile(load) && loadElement(load).length > LONGEST_ELEMENT)) return 'lifted';
  if (conf.confFile !== null && wanted.some((load) => !isFromFile(load) && !survivesRewrite(load))) return 'lifted';
  const fromFile = wanted.filter(isFromFile);
  const fileLines = conf.fileDirectives.filter((directive) => directive.name === 'loadmodule');
  const fileStands =
    fromFile.length === fileLines.length &&
    fromFile.every((load, index) => !load.changed && load.line?.directive === fileLines[index]) &&
    wanted.findLastIndex(isFromFile) - wanted.findIndex(isFromFile) === Math.max(fromFile.length - 1, 0);
  if (!fileStands) return 'lifted';
  const behind = wanted.slice(wanted.findLastIndex(isFromFile) + 1);
  if (!optionsStand(conf, behind) && optionIncludesLoad(conf)) return 'lifted';
  return fromFile.length > 0 && wanted.findIndex(isFromFile) > 0 ? 'wrapper' : 'options';
}

/**
 * True if CONFIG REWRITE, which writes load lines without quotes, would leave a line that reads the same, or one that
 * the next start can put together again: words split at single blanks, where all words of the module are one option.
 * Otherwise it must fail, and it does so on an effective configuration.
 */
function survivesRewrite({ module, path, args }: WantedLoad): boolean {
  const argument = isOpaque(module) ? /^[^ \t-\r"'\xff]+( [^ \t-\r"'\xff]+)*$/ : ONE_WORD;
  return ONE_WORD.test(path) && args.every(({ words }) => words.every((word) => argument.test(word)));
}

/** Blanks as the server knows them: a byte 0xa0 is not one. */
const ONE_WORD = /^[^ \t-\r"'\xff]+$/;

/**
 * True if the user's load options can stay as they are: all additions before them, and they unchanged and in their
 * order.
 */
function optionsStand(conf: Configuration, behind: readonly WantedLoad[]): boolean {
  const optionLines = conf.optionDirectives.filter((directive) => directive.name === 'loadmodule');
  const fromOptions = behind.slice(behind.length - optionLines.length);
  return (
    behind.filter((load) => load.line !== null).length === optionLines.length &&
    fromOptions.every((load, index) => !load.changed && load.line?.directive === optionLines[index])
  );
}

function assemble(
  confFile: string | null,
  conf: Configuration,
  behind: readonly WantedLoad[],
  own: readonly string[],
): string[] {
  const stands = optionsStand(conf, behind);
  const added = stands ? behind.filter((load) => load.line === null) : behind;
  const options = optionsWithout(conf.commandLine, stands ? new Set() : loadLines(conf));
  const shownFile = confFile === conf.confFile ? (conf.commandLine.confFile?.text ?? null) : confFile;
  return joinArgs(shownFile, [...added.map(loadElement), ...own], options);
}

function joinArgs(confFile: string | null, inserted: readonly string[], options: readonly string[]): string[] {
  const elements = [...inserted];
  const last = elements.pop();
  if (last !== undefined) elements.push(beginsInsideLine(options) ? closed(last) : last);
  return [...(confFile === null ? [] : [confFile]), ...elements, ...options];
}

function isFromFile(load: WantedLoad): boolean {
  return load.line?.from === 'file';
}

function optionIncludesLoad(conf: Configuration): boolean {
  return conf.optionEntries.some((entry) => entry.kind === 'include' && holdsLoad(entry.entries));
}

/** The lines of the command line that are load lines themselves. */
function loadLines(conf: Configuration): ReadonlySet<Configuration['commandLine']['lines'][number]> {
  return new Set(
    conf.commandLine.lines.filter((_, index) => {
      const entry = conf.optionEntries[index];
      return entry?.kind === 'directive' && entry.directive.name === 'loadmodule';
    }),
  );
}

/**
 * A load line as the one element that the server accepts for arguments that begin with `--` (one element with
 * blanks in it is taken raw). What the renderer makes is ASCII, so the string is its bytes.
 */
function loadElement(load: WantedLoad): string {
  return `--${renderLine([asBytes('loadmodule'), load.path, ...load.args.flatMap((argument) => argument.words)])}`;
}

/** A directive as one element; an element with both words in it never takes the next one for its value. */
function directiveElement({ name, value }: Pick<ExtraDirective, 'name' | 'value'>): string {
  return `--${renderLine([name, value])}`;
}

/** `--include <path>` as one element. */
function includeElement(path: string): string {
  return `--${renderLine([asBytes('include'), bytesOf(path)])}`;
}

/**
 * The user's options without the lines in `removed`. Elements that made only other lines stay to the letter; an element
 * that made a removed line and another one (it holds a newline, or a line ran on into it) is written anew from the
 * lines that stay and say something.
 */
export function optionsWithout(commandLine: CommandLine, removed: ReadonlySet<OptionLine>): string[] {
  const { elements, lines } = commandLine;
  const touched = new Set<number>();
  for (const line of removed) for (const index of rangeOf(line)) touched.add(index);
  const rewritten = new Map<number, string[]>();
  for (const line of lines) {
    if (removed.has(line) || !rangeOf(line).some((index) => touched.has(index))) continue;
    for (const index of rangeOf(line)) touched.add(index);
    if (parseLine(line) !== null) rewritten.set(line.from, [...(rewritten.get(line.from) ?? []), oneElement(line)]);
  }
  const options = elements.flatMap(({ text }, index) => {
    if (isInput(commandLine, index)) return [];
    return touched.has(index) ? (rewritten.get(index) ?? []) : [text];
  });
  return options.at(-1) === '-' ? [...options, COMMENT] : options;
}

/** A line that says nothing, behind a `-` that is a value: as the last element that would be standard input. */
const COMMENT = '--#';

/**
 * A line as one element. As a single word it would take the next element for its value, so a comment line is put behind
 * it.
 */
function oneElement(line: OptionLine): string {
  const element = `--${textOf(line.text)}`;
  const words = tokenize(bytesOf(element));
  return words.ok && words.words.length === 1 ? `${element}\n#` : element;
}

/** True if an element is the configuration file or the `-` of standard input rather than an option. */
function isInput(commandLine: CommandLine, index: number): boolean {
  const { elements, confFile, readsStdin } = commandLine;
  if (index === 0 && confFile !== null) return true;
  return readsStdin && elements[index]?.text === '-' && (index === 0 || index === elements.length - 1);
}

function rangeOf({ from, to }: OptionLine): number[] {
  return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
}

/**
 * True if options begin with a word that continues a line rather than with `--`: `valkey-server x.conf appendonly yes`
 * is a line to the server. What is put before it must then end its own line.
 */
function beginsInsideLine(options: readonly string[]): boolean {
  return options[0] !== undefined && !options[0].startsWith('--');
}

/** Closes the line that an element begins, so that a word behind it cannot join it. */
function closed(element: string): string {
  return `${element}\n`;
}

/** True if a load line stands among entries, or in what they include. */
export function holdsLoad(entries: readonly Entry[]): boolean {
  return entries.some((entry) => {
    if (entry.kind === 'include') return holdsLoad(entry.entries);
    return entry.kind === 'directive' && entry.directive.name === 'loadmodule';
  });
}

/** The wrapper: what must load first, then the user's own file, unchanged. */
export function wrapperText(first: readonly WantedLoad[], confFile: string): Bytes {
  const lines = [...first.map(loadLine), renderLine([asBytes('include'), bytesOf(confFile)])];
  return asBytes(`${header(['It only loads something before the file that it includes.'])}${lines.join('\n')}\n`);
}

/**
 * The user's text with the load lines lifted out and the wanted list first. Includes that hold load lines are inlined,
 * other includes stay, as absolute paths.
 */
export function liftedText(
  wanted: readonly WantedLoad[],
  entries: readonly Entry[],
  sources: readonly string[],
): Bytes {
  const loads = wanted.map((load) => `${loadLine(load)}\n`).join('');
  return asBytes(`${header(['Read from:', ...sources.map((source) => `  ${source}`)])}${loads}\n${lift(entries)}`);
}

function lift(entries: readonly Entry[]): string {
  const lines: string[] = [];
  for (const entry of entries) {
    switch (entry.kind) {
      case 'silent':
        lines.push(`${entry.line.text}\n`);
        break;
      case 'directive':
        if (entry.directive.name !== 'loadmodule') lines.push(`${entry.directive.line.text}\n`);
        break;
      case 'include':
        lines.push(holdsLoad(entry.entries) ? lift(entry.entries) : includeLine(entry));
        break;
    }
  }
  return lines.join('');
}

/**
 * The include as an absolute path; a working directory with glob characters in its own name would turn a plain path
 * into a pattern.
 */
function includeLine({ directive, target }: Entry & { kind: 'include' }): string {
  const [path = asBytes('')] = directive.args;
  const prefix = target.slice(0, target.length - pathOf(path).length);
  if (path.startsWith('/') || /[*?[\\]/.test(prefix)) return `${directive.line.text}\n`;
  return `${renderLine([asBytes('include'), bytesOf(target)])}\n`;
}

function loadLine(load: WantedLoad): string {
  return renderLine([asBytes('loadmodule'), load.path, ...load.args.flatMap((argument) => argument.words)]);
}

function header(details: readonly string[]): string {
  const lines = [
    'Made by valkey-bundle for one start: editing it changes nothing, and CONFIG REWRITE cannot write it.',
    'Why it exists: `valkey-bundle explain VB504`.',
    ...details,
  ];
  return `${lines.map((line) => `# ${printable(line)}\n`).join('')}\n`;
}
