import type { Cell, Stance, Statement } from './cells.ts';
import { directiveOf, loadWords } from './lay-out.ts';
import { addedBeside, type Subject } from './subjects.ts';
import {
  type Directives,
  isDashed,
  isKnown,
  isOption,
  loadLines,
  settle,
  unionOf,
  weakerOf,
} from './winning-options.ts';

/*
 * What must come out of a cell, by the rules of design §3.4 and §3.5 alone: nothing of the entrypoint is called here.
 */

export type Expected =
  /** The start ends with one of these. */
  | { readonly kind: 'refused'; readonly codes: readonly string[] }
  | {
      readonly kind: 'started';
      readonly decision: 'added' | 'kept' | 'merged';
      /** Every warning, sorted. */
      readonly codes: readonly string[];
      /** Words on the module's load line. */
      readonly args: readonly string[];
      /** Directives that the start adds for the module. */
      readonly directives: ReadonlyArray<{ readonly name: string; readonly value: string; readonly secret: boolean }>;
      /** Names of all modules in the order of their loads. */
      readonly order: readonly string[];
      readonly effective: 'none' | 'wrapper' | 'lifted';
      /** The value of the option's directive in the whole configuration; null where nothing sets it. */
      readonly setting: string | null;
      /** Whether the module and the server take what they are handed, or end over it. */
      readonly serverRuns: boolean;
    };

export function expectedOf(cell: Cell): Expected {
  const { subject, circumstance, statements } = cell;
  const refusals = statements.flatMap((statement) => refusalsOf(subject, statement));
  if (refusals.length > 0) return { kind: 'refused', codes: refusals };
  const lines = loadLines(cell);
  const settings = statements.filter(({ form }) => form === 'setting');
  const union = unionOf(subject, lines);
  const settled = settle(subject, lines, union.options, settings);
  const weaker = weakerOf(subject, statements, settled.heard, settings);
  const isTakenAway = settled.staying.length < union.options.length;
  const mended = isTakenAway || (subject.style === 'flag' && lines.some(({ stance }) => stance === 'different'));
  const directives = [...settled.directives, ...weaker.directives];
  const args = [...settled.staying, ...weaker.joining].flatMap(({ words }) => words);
  const isJoined = lines.length > 1;
  const changed = isJoined ? !alreadySays(subject, lines, args) : weaker.joining.length > 0 || mended;
  const secretFile = directives.some(({ secret }) => secret);
  const effective = effectiveOf(cell, lines, changed);
  if (circumstance === 'sealed' && (effective !== 'none' || secretFile)) return { kind: 'refused', codes: ['VB503'] };
  const [first] = lines;
  const reached = first === undefined || changed ? args : loadWords(subject, first.stance);
  const said = settings.filter(isKnown).map(({ stance }) => directiveOf(subject, stance).value);
  const added = directives.find(({ name }) => name === directiveOf(subject, 'same').name);
  const setting = settled.directives[0]?.value ?? said.at(-1) ?? added?.value ?? null;
  return {
    kind: 'started',
    decision: first === undefined ? 'added' : isJoined || changed || directives.length > 0 ? 'merged' : 'kept',
    codes: [
      ...statements.flatMap((statement) => warningsOf(subject, statement)),
      ...Array.from({ length: union.dropped + settled.dropped + weaker.dropped }, () => 'VB407'),
      ...(isJoined ? ['VB408'] : []),
      ...(effective === 'none' ? [] : ['VB504']),
    ].sort(),
    args: reached,
    directives,
    order: orderOf(subject, lines),
    effective,
    setting,
    serverRuns: isTaken(cell, reached, directives, setting),
  };
}

/** Whether the file's one line is what it and those of the command line come to: then it can stay as it is. */
function alreadySays(subject: Subject, [first, ...others]: readonly Statement[], args: readonly string[]): boolean {
  if (first === undefined || isOption(first) || !others.every(isOption)) return false;
  return loadWords(subject, first.stance).join(' ') === args.join(' ');
}

/** What stops a start, whatever else is said. */
function refusalsOf({ style }: Subject, { place, form, stance }: Statement): string[] {
  if (style === 'flag' && form === 'setting' && stance !== 'unknown') return ['VB409'];
  if (place === 'words' && isDashed(style) && stance !== 'bare' && stance !== 'unknown') return ['VB411'];
  if (stance !== 'invalid' || style === 'plain' || form === 'setting') return [];
  if (style === 'flag') return ['VB406'];
  return place === 'environment' ? ['VB403'] : [];
}

/** What one statement alone is worth a word for. */
function warningsOf({ style }: Subject, { place, form, stance }: Statement): string[] {
  if (style === 'plain' || stance === 'bare') return [];
  if (place === 'words' && isDashed(style)) return [];
  const onLine = form === 'load' && place !== 'environment' && place !== 'image';
  if (style === 'config' && onLine) return ['VB410'];
  if (stance === 'unknown') return ['VB402'];
  if (stance === 'invalid') return ['VB404'];
  return style === 'flag' && stance === 'different' && onLine ? ['VB401'] : [];
}

/** Standard input can be read only once; a line of a file that must change, or that json must precede, needs a copy or a wrapper. */
function effectiveOf(
  { subject, statements }: Cell,
  lines: readonly Statement[],
  changed: boolean,
): 'none' | 'wrapper' | 'lifted' {
  if (statements.some(({ place }) => place === 'stdin')) return 'lifted';
  if (lines.every(isOption)) return 'none';
  if (changed) return 'lifted';
  return subject.module === 'search' ? 'wrapper' : 'none';
}

/** The file's loads, what is added, the command line's; only json moves, to stand before search. */
function orderOf(subject: Subject, lines: readonly Statement[]): string[] {
  const others = addedBeside(subject).filter((name) => name !== subject.module);
  const [first] = lines;
  if (first === undefined) return [...addedBeside(subject)];
  const order = !isOption(first) ? [subject.module, ...others] : [...others, subject.module];
  if (!order.includes('json') || order.indexOf('json') < order.indexOf('search')) return order;
  return order.filter((name) => name !== 'json').flatMap((name) => (name === 'search' ? ['json', name] : [name]));
}

/** Whether the module, and the server, go on with what reaches them. */
function isTaken(
  { subject, statements }: Cell,
  args: readonly string[],
  directives: Directives,
  setting: string | null,
): boolean {
  const { style, values, option } = subject;
  const settings = statements.filter(({ form }) => form === 'setting');
  const isUnknown = [...settings, ...directives.map(({ name }) => ({ stance: stanceOfName(name, option) }))].some(
    (said) => !isKnown(said),
  );
  const isInvalid = setting !== null && setting === values.invalid;
  if (isUnknown || isInvalid || (style === 'plain' && settings.length > 0)) return false;
  if (isDashed(style) && statements.some(({ place, stance }) => place === 'words' && stance === 'unknown'))
    return false;
  if (isDashed(style) && args.some((word) => word.endsWith('no-such-option'))) return false;
  return !((isDashed(style) || style === 'pairs') && args.some((word) => word === values.invalid));
}

function stanceOfName(name: string, option: string): Stance {
  return name.endsWith(`.${option}`) ? 'same' : 'unknown';
}
