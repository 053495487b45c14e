import { type Cell, directiveOf, layOut, loadWords, type Statement } from './cells.ts';
import { argsIn, heardIn, type Outcome, runOnFakeHost } from './outcome.ts';
import { isDashed, loadedBeside, type Subject } from './subjects.ts';
import { endOfOne } from './table.ts';

/*
 * What holds however many places speak. docs/merge-matrix.md writes down every outcome of one place beside the environment; of more places
 * at once these rules are all that is said: who is refused, whose value wins, what is warned of, that nothing is lost or loaded twice.
 */

/** What a start does and what the rules want of it, in the same words. */
export interface Compared {
  readonly expected: unknown;
  readonly got: unknown;
}

export function compareWithRules(cell: Cell): Compared {
  const outcome = runOnFakeHost(cell);
  const refusing = cell.statements.filter((statement) => endOfOne(cell.subject, statement) === 'refused');
  if (refusing.length > 0) return compareRefusal(cell, refusing, outcome);
  if (cell.circumstance === 'sealed' && writesFiles({ ...cell, circumstance: 'read-only root' }))
    return { expected: ['VB503', 73], got: [outcome.started.codes.at(-1), outcome.started.exitCode] };
  return { expected: byRules(cell), got: sayGot(cell, outcome) };
}

/** What one statement alone is refused for ends the start, whatever else is said. */
function compareRefusal(cell: Cell, refusing: readonly Statement[], { started, plan }: Outcome): Compared {
  const known = refusing.map((only) => refusalOf(cell.subject, only));
  const expected = known.find(({ codes }) => codes[0] === started.codes[0]) ?? known[0];
  return {
    expected: { start: expected, plan: expected, executed: null },
    got: {
      start: { codes: started.codes, exitCode: started.exitCode },
      plan: { codes: plan.diagnostics.map(({ code }) => code), exitCode: plan.exitCode },
      executed: started.exec,
    },
  };
}

interface Refused {
  readonly codes: readonly string[];
  readonly exitCode: number | null;
}

const refusals = new Map<string, Refused>();

/** How a start ends that has this statement and no other. */
function refusalOf(subject: Subject, only: Statement): Refused {
  const key = JSON.stringify([subject.title, only]);
  const known = refusals.get(key);
  if (known !== undefined) return known;
  const { codes, exitCode } = runOnFakeHost({ subject, circumstance: 'root', statements: [only] }).started;
  refusals.set(key, { codes, exitCode });
  return { codes, exitCode };
}

function writesFiles(cell: Cell): boolean {
  const { plan, started } = runOnFakeHost(cell);
  return plan.effectiveConf !== null || started.exec?.argv.join(' ').includes('secrets.conf') === true;
}

function byRules(cell: Cell): unknown {
  const { subject, statements } = cell;
  const { heard, isContested } = precedence(cell);
  const lines = loadLines(cell);
  return {
    heard,
    // Somebody said another value, and is told that it does not count.
    warnsOfOther: isContested,
    // A module is loaded once, however many lines load it, and none is lost.
    modules: loadedBeside(subject),
    warnsOfTwice: lines.length > 1,
    jsonFirst: true,
    keepsUnknown: hasUnion(subject) && lines.some(({ stance }) => stance === 'unknown'),
    planned: { exitCode: 0, agrees: true },
    showsSecret: false,
    keepsVariable:
      layOut(cell).env[subject.variable] !== undefined &&
      !(subject.secret && statements.some(({ place, stance }) => place === 'environment' && isKnown({ stance }))),
  };
}

function sayGot(cell: Cell, outcome: Outcome): unknown {
  const { subject } = cell;
  const { plan, started, loads } = outcome;
  const order = loads.map(({ path }) => nameOf(path));
  const lines = loadLines(cell);
  return {
    heard: heardIn(cell, outcome),
    warnsOfOther: started.codes.includes('VB407'),
    modules: order.toSorted(),
    warnsOfTwice: started.codes.includes('VB408'),
    jsonFirst: !order.includes('search') || order.indexOf('json') < order.indexOf('search'),
    keepsUnknown:
      hasUnion(subject) &&
      lines.some(({ stance }) => stance === 'unknown') &&
      loadWords(subject, 'unknown').every((word) => argsIn(cell, outcome).includes(word)),
    planned: {
      exitCode: plan.exitCode,
      agrees: JSON.stringify(plan.diagnostics.map(({ code }) => code)) === JSON.stringify(started.codes),
    },
    showsSecret: subject.secret && started.stderr.includes('hush'),
    keepsVariable: started.exec?.env[subject.variable] !== undefined,
  };
}

/** Modules whose lines are put together option by option; with the others a line counts as a whole, or not at all. */
function hasUnion(subject: Subject): boolean {
  return isDashed(subject) || subject.style === 'pairs';
}

/**
 * Whose value the module hears, and whether somebody says another one. The command line wins over files and standard input, these over the environment,
 * the environment over the image. Within one of them the last line wins, and beside a directive what the module itself prefers.
 */
export function precedence(cell: Cell): { readonly heard: string | null; readonly isContested: boolean } {
  const { subject, statements } = cell;
  const { style } = subject;
  const says = ({ stance }: Statement): boolean => stance !== 'bare' && (style === 'plain' || isKnown({ stance }));
  const lines = style === 'config' ? [] : loadLines(cell).filter(says);
  const line = lines.at(-1);
  const setting =
    style === 'plain' ? undefined : statements.filter((one) => one.form === 'setting' && says(one)).at(-1);
  const isOneRank = line !== undefined && setting !== undefined && isOption(line) === isOption(setting);
  const lineWins = isOneRank ? style === 'flags' : line !== undefined && (setting === undefined || isOption(line));
  const own = lineWins ? line : (setting ?? line);
  const environment = statements.find((one) => one.place === 'environment' && says(one));
  const image = statements.find(({ place }) => place === 'image');
  const winner = own ?? environment ?? image;
  if (winner === undefined) return { heard: null, isContested: false };
  const value = spokenValue(subject, winner);
  // The environment may take back what is only the image's default.
  const isOver = winner === environment ? [] : [image];
  const others = [...lines, setting, environment, ...isOver].filter((one) => one !== undefined);
  return {
    heard: value === OFF ? null : value,
    isContested: others.some((one) => spokenValue(subject, one) !== value),
  };
}

/** A flag that is turned off is heard as one that nobody says. */
const OFF = 'off';

function spokenValue(subject: Subject, { stance }: Statement): string {
  if (subject.style === 'plain') return loadWords(subject, stance).join(' ');
  if (subject.style === 'flag') return stance === 'same' ? 'on' : OFF;
  return directiveOf(subject, stance).value;
}

/** Load lines in the order in which the server meets them. An option behind `--loadmodule <path>` as a word of its own is none of its. */
function loadLines({ subject, statements }: Cell): Statement[] {
  return statements
    .filter(({ place, form }) => form === 'load' && place !== 'image' && place !== 'environment')
    .map((line) => (line.place === 'words' && isDashed(subject) ? { ...line, stance: 'bare' } : line));
}

function isOption({ place }: Statement): boolean {
  return place === 'element' || place === 'words';
}

function isKnown({ stance }: Pick<Statement, 'stance'>): boolean {
  return stance !== 'unknown';
}

function nameOf(path: string): string {
  return path.replace(/^.*\/lib(valkey_)?/, '').replace(/\.so$/, '');
}
