import type { Configuration } from '../../entrypoint/conf/configuration.ts';
import type { Entry } from '../../entrypoint/conf/include.ts';
import type { SourceLine } from '../../entrypoint/conf/parse.ts';
import type { Grammar } from '../../entrypoint/conf/tokenize.ts';
import type { Case, Meaning, OurReading, ServerReading } from './case.ts';
import type { Ours } from './our-reader.ts';
import { isOfTail } from './real-server.ts';

/** One case about which two readers differ, or a plan that a server reads otherwise than it is meant. */
export interface Mismatch {
  /** Which of the cases it is, counted from 1. */
  readonly number: number;
  readonly case: Case;
  readonly ours: OurReading | Meaning;
  readonly server: ServerReading;
  /** The server's arguments by our plan, where it is about those. */
  readonly plan: readonly string[] | null;
}

/** What comparisons came to. */
export interface Tally {
  readonly cases: number;
  readonly mismatches: readonly Mismatch[];
  readonly starts: number;
  /** Loads that both readers found, with the same arguments. */
  readonly loadsCompared: number;
  /** Plans that were handed to a server; one may be about many cases. By what they changed and how they were expressed. */
  readonly plansCompared: number;
  readonly plans: Readonly<Counts>;
  /** Cases that both refuse, by our code. */
  readonly refusals: Readonly<Counts>;
  /** Cases with a directive or a value that the server does not have: the entrypoint leaves those to the server. */
  readonly leftToServer: number;
  /** What was met where both readers agree. */
  readonly productions: Readonly<Counts>;
}

export const emptyTally: Tally = {
  cases: 0,
  mismatches: [],
  starts: 0,
  loadsCompared: 0,
  plansCompared: 0,
  plans: {},
  refusals: {},
  leftToServer: 0,
  productions: {},
};

/** Of a case that both readers read alike. */
export function tallyOf(value: Case, { reading, conf }: Ours): Tally {
  if (reading.kind === 'refused' || conf === null) return emptyTally;
  const productions: Counts = {};
  countProductions(productions, value, conf);
  return { ...emptyTally, loadsCompared: reading.loads.length, productions };
}

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    cases: a.cases + b.cases,
    mismatches: [...a.mismatches, ...b.mismatches],
    starts: a.starts + b.starts,
    loadsCompared: a.loadsCompared + b.loadsCompared,
    plansCompared: a.plansCompared + b.plansCompared,
    plans: addCounts(a.plans, b.plans),
    refusals: addCounts(a.refusals, b.refusals),
    leftToServer: a.leftToServer + b.leftToServer,
    productions: addCounts(a.productions, b.productions),
  };
}

/** How often something was met. */
type Counts = Record<string, number>;

function count(counts: Counts, name: string, times = 1): void {
  counts[name] = (counts[name] ?? 0) + times;
}

function addCounts(a: Readonly<Counts>, b: Readonly<Counts>): Counts {
  const sum = { ...a };
  for (const [name, times] of Object.entries(b)) count(sum, name, times);
  return sum;
}

/** Counts what our reader met in a case about whose meaning both readers agree. What it never came to does not count. */
function countProductions(counts: Counts, { args }: Case, conf: Configuration): void {
  for (const [name, isMet] of Object.entries(COMMAND_LINE)) if (isMet(args)) count(counts, `command line: ${name}`);
  walk(counts, conf.fileEntries, 0);
  const isOwn = (entry: Entry): boolean => {
    const { at } = lineOf(entry);
    return at.kind !== 'argument' || !isOfTail(args, at.index - 1);
  };
  walk(counts, conf.optionEntries.filter(isOwn), 0);
}

function lineOf(entry: Entry): SourceLine {
  return entry.kind === 'silent' ? entry.line : entry.directive.line;
}

/** What a sample has to meet at least once to be worth its name. Only servers from 9.0 on let quotes mix. */
export function neededProductions({ mixesQuotes }: Grammar): string[] {
  return [
    ...['comment', 'blank line', 'loadmodule', 'dir', 'another directive', 'include: a file', 'include: a pattern'],
    ...['include: within an include', 'include: three deep', 'include: matches nothing', 'include: matches several'],
    ...Object.keys(LINE).filter((name) => mixesQuotes || name !== 'word: quotes that mix'),
    ...Object.keys(NAME),
    ...Object.keys(COMMAND_LINE).map((name) => `command line: ${name}`),
    'line: of standard input',
    'line: runs into the next file',
  ];
}

type Tests = Readonly<Record<string, (text: string) => boolean>>;

/** Of lines that say something. */
const LINE: Tests = {
  'line: carriage return at the end': (text) => /\r$/.test(text),
  'line: blanks before it': (text) => /^[ \t\r]/.test(text),
  'line: a vertical tab or form feed': (text) => /[\v\f]/.test(text),
  'line: name in another case': (text) => /^\s*["']?[a-z-]*[A-Z]/.test(text),
  'line: name in quotes': (text) => /^\s*["']/.test(text),
  'word: bare': (text) => /^[^"']*$/.test(text),
  'word: double quotes': (text) => /[ \t]"/.test(text),
  'word: single quotes': (text) => /[ \t]'/.test(text),
  'word: empty': (text) => /[ \t](""|'')(\s|$)/.test(text),
  'word: named escape': (text) => /"[^"']*\\[nrtba]/.test(text),
  'word: needless backslash': (text) => /"[^"'\\]*\\[^nrtbax"'\\]/.test(text),
  'word: half a hex escape': (text) => /"[^"'\\]*\\x(?![0-9a-fA-F]{2})/.test(text),
  'word: hex escape': (text) => /"[^"']*\\x[0-9a-fA-F]{2}/.test(text),
  'word: quote opens inside': (text) => /[ \t][^\s"']+"/.test(text),
  'word: quotes that mix': (text) => /"'[^']*'"/.test(text),
  'word: control character': (text) => /[\x01-\x08\x0e-\x1f]/.test(text),
  'word: beyond ASCII': (text) => /[\x80-\xff]/.test(text),
  'word: byte 255': (text) => /\xff/.test(text),
};

/** Of names of included files, as they were found. */
const NAME: Tests = {
  'file name: a blank': (path) => /[ \t]/.test(path),
  'file name: a quote': (path) => /["']/.test(path),
  'file name: a backslash': (path) => path.includes('\\'),
  'file name: a control character': (path) => /[\x01-\x1f]/.test(path),
  'file name: beyond ASCII': (path) => /[^\x00-\x7f]/.test(path),
  'file name: not UTF-8': (path) => /[\udc80-\udcff]/u.test(path),
  'file name: of a pattern': (path) => /[*?[\]]/.test(path),
};

/** Of whole command lines. */
const COMMAND_LINE: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  'a file and options': (args) => args[0]?.startsWith('-') === false && args[1]?.startsWith('--') === true,
  'no file': ([first]) => first?.startsWith('--') === true,
  'the file under another name': ([first]) => first?.startsWith('-') === false && !first.startsWith('main'),
  'blanks around the file': ([first]) => first !== undefined && /^\s|\s$/.test(first),
  'words behind the file': ([first, second]) =>
    first === 'main.conf' && second?.startsWith('--') === false && second !== '-',
  '- first': ([first]) => first === '-',
  '- last': (args) => args.length > 1 && args.at(-1) === '-',
  '- between': (args) => args.slice(1, -1).includes('-'),
  'a path of its own, and words': (args) =>
    args.some((text, at) => /^--loadmodule$/.test(text) && args[at + 2]?.startsWith('--') === false),
  'all words in one element': (args) => args.some((text) => /^--loadmodule .* /i.test(text)),
  'words behind an element': (args) =>
    args.some((text, at) => /^--loadmodule ./i.test(text) && args[at + 1]?.startsWith('--') === false),
  'an option in another case': (args) => args.some((text) => /^--[a-z]*[A-Z]/.test(text)),
  'several lines in an element': (args) => args.some((text) => /^--.*\S[^\n]*\n.*[^\s#]/s.test(text)),
  'a newline at the end of an element': (args) => args.some((text) => /^--.*\n$/s.test(text)),
  'an empty line in an element': (args) => args.some((text) => /^--.*\n[ \r]*\n/s.test(text)),
  'an empty element': (args) => args.includes(''),
  'a control character': (args) => args.some((text) => /[\x01-\x08\x0e-\x1f]/.test(text)),
  'beyond ASCII': (args) => args.some((text) => /[^\x00-\x7f]/.test(text)),
  'a quote in an element': (args) => args.some((text) => !text.startsWith('--') && /["']/.test(text)),
  'a value like an option': (args) =>
    args.some((text, at) => text.startsWith('--') && /^--syslog-ident$/.test(args[at - 1] ?? '')),
  '--save without a value': (args) =>
    args.some((text, at) => /^--save$/i.test(text) && args[at + 1]?.startsWith('--') !== false),
  'an include': (args) => args.some((text) => /^--include/i.test(text)),
};

function walk(counts: Counts, entries: readonly Entry[], depth: number): void {
  for (const entry of entries) {
    if (entry.kind === 'silent') {
      for (const text of entry.line.text.split('\n')) count(counts, text.includes('#') ? 'comment' : 'blank line');
      continue;
    }
    const { name, line } = entry.directive;
    const text: string = line.text;
    for (const [production, isMet] of Object.entries(LINE)) if (isMet(text)) count(counts, production);
    if (line.runsInto !== undefined) count(counts, 'line: runs into the next file');
    if (line.at.kind === 'stdin') count(counts, 'line: of standard input');
    if (entry.kind === 'include') countInclude(counts, entry, depth + 1);
    else count(counts, name === 'loadmodule' || name === 'dir' ? name : 'another directive');
  }
}

function countInclude(counts: Counts, { directive, entries }: Entry & { kind: 'include' }, depth: number): void {
  const isPattern = /[*?[]/.test(directive.args[0] ?? '');
  count(counts, `include: a ${isPattern ? 'pattern' : 'file'}`);
  if (depth === 2) count(counts, 'include: within an include');
  if (depth === 3) count(counts, 'include: three deep');
  const found = new Set(entries.flatMap(pathOf));
  if (isPattern && found.size === 0) count(counts, 'include: matches nothing');
  if (found.size > 1) count(counts, 'include: matches several');
  for (const path of found)
    for (const [production, isMet] of Object.entries(NAME)) if (isMet(path)) count(counts, production);
  walk(counts, entries, depth);
}

/** The name of the file that an entry stands in, without its directory. */
function pathOf(entry: Entry): string[] {
  const { at } = lineOf(entry);
  return at.kind === 'file' ? [at.path.slice(at.path.lastIndexOf('/') + 1)] : [];
}
