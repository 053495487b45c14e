import { join } from 'node:path';
import type { Grammar } from '../../entrypoint/conf/tokenize.ts';
import { type Case, type Change, FREE_DIRECTIVES, type Meaning, type ServerReading, sameMeaning } from './case.ts';
import { DIRECTIVES } from './generate-lines.ts';
import { handOver, layOut, type Ours, readOurs } from './our-reader.ts';
import { readServer, TAIL_NAMES, withTail } from './real-server.ts';
import { addTallies, emptyTally, type Mismatch, type Tally, tallyOf } from './tally.ts';
import { judge } from './verdict.ts';

/** A server's executable, the grammar of its version, and where the modules are. */
export interface Server {
  readonly binary: string;
  readonly grammar: Grammar;
  readonly modules: string;
}

/**
 * Runs cases through both readers, and what both read alike through a plan and the server once more. Files that our reader accepts are
 * read by one server together, each included from a directory of its own; where that disagrees, and for refusals and command lines, each
 * gets a server of its own. Throws where cases disagree together and none of them does alone.
 */
export async function compare(server: Server, directory: string, cases: readonly Case[]): Promise<Tally> {
  const laid = cases.map((value, index) => lay(server, join(directory, String(index)), value, index + 1));
  const files = laid.filter(isQuietFile);
  const change = cases[0]?.change ?? 'none';
  let together = emptyTally;
  const odd = await bisect(files, async (part) => {
    const found = await agreesTogether(server, join(directory, 'all'), part, change);
    together = addTallies(together, found.tally);
    return found.agrees;
  });
  const lone = await atOnce(AT_ONCE, [...laid.filter((entry) => !isQuietFile(entry)), ...odd], async (entry) => {
    const isOdd = odd.includes(entry);
    const tally = await compareAlone(server, isOdd ? { ...entry, value: { ...entry.value, change } } : entry);
    if (isOdd && tally.plansCompared > 0 && tally.mismatches.length === 0)
      throw new Error(`only where another file includes it this disagrees: ${JSON.stringify(entry.value)}`);
    return tally;
  });
  return [together, ...lone].reduce(addTallies);
}

/** Servers wait for their clocks as they start. */
const AT_ONCE = 3;

/** A case in its directory, as our reader reads it. */
interface Laid {
  readonly number: number;
  readonly value: Case;
  readonly home: string;
  readonly args: readonly string[];
  readonly ours: Ours;
}

function lay({ grammar }: Server, home: string, value: Case, number: number): Laid {
  layOut(home, value);
  const args = withTail(value.args, home);
  return { number, value, home, args, ours: readOurs(home, args, value.stdin, grammar) };
}

/** A file alone, about which the server will have nothing to say: only directives that cases mean to be taken. */
function isQuietFile({ value: { args }, ours: { reading } }: Laid): boolean {
  if (args.length !== 1 || args[0] !== 'main.conf') return false;
  if (reading.kind !== 'loads' || reading.warnings.length > 0) return false;
  return reading.others.every(({ name }) => TAKEN.includes(name));
}

const TAKEN = [
  'dir',
  ...FREE_DIRECTIVES,
  ...DIRECTIVES.map((line) => line.replace(/ .*/, '').toLowerCase()),
  ...TAIL_NAMES,
];

/**
 * One server for many files, and one for a plan of all of them. They agree if our reader finds what it found in each, the server the same,
 * and the same again by the plan.
 */
async function agreesTogether(
  server: Server,
  home: string,
  part: readonly Laid[],
  change: Change,
): Promise<{ agrees: boolean; tally: Tally }> {
  const text = part.map((entry) => `dir ${entry.home}\ninclude main.conf\n`).join('');
  const files = { 'main.conf': text };
  const whole = lay(server, home, { files, args: ['main.conf'], stdin: null, change }, 0);
  const { reading } = whole.ours;
  const loads = part.flatMap(({ ours }) => (ours.reading.kind === 'loads' ? ours.reading.loads : []));
  const readsParts = reading.kind === 'loads' && JSON.stringify(reading.loads) === JSON.stringify(loads);
  const theirs = await readServer(server.binary, home, whole.args, null);
  const starts = 1;
  if (!readsParts || theirs.kind !== 'loads' || judge(reading, theirs) !== 'same')
    return { agrees: false, tally: { ...emptyTally, starts } };
  const planned = await planAlone(server, whole, theirs);
  if (planned.mismatches.length > 0) return { agrees: false, tally: { ...emptyTally, starts: 1 + planned.starts } };
  const same = part.map(({ value, ours }) => tallyOf(value, ours));
  return { agrees: true, tally: [{ ...planned, starts: 1 + planned.starts }, ...same].reduce(addTallies) };
}

async function compareAlone(server: Server, entry: Laid): Promise<Tally> {
  const { number, value, home, args, ours } = entry;
  const theirs = await readServer(server.binary, home, args, value.stdin);
  const tally = { ...emptyTally, starts: 1 };
  switch (judge(ours.reading, theirs)) {
    case 'same':
      return [
        tally,
        tallyOf(value, ours),
        ...(theirs.kind === 'loads' ? [await planAlone(server, entry, theirs)] : []),
      ].reduce(addTallies);
    case 'refused by both':
      return { ...tally, refusals: { [ours.reading.kind === 'refused' ? ours.reading.code : 'one step later']: 1 } };
    case 'left':
      return { ...tally, leftToServer: 1 };
    case 'differ': {
      const found: Mismatch = { number, case: value, ours: ours.reading, server: theirs, plan: null };
      return { ...tally, mismatches: [found] };
    }
  }
}

/** Hands a plan for what was read to the server, which must load what the plan wants, and otherwise mean what it meant before. */
async function planAlone(
  { binary, modules }: Server,
  { number, value, home, ours: { conf } }: Laid,
  before: ServerReading & Meaning,
): Promise<Tally> {
  if (conf === null) return emptyTally;
  const plan = handOver(conf, value.change, modules, home);
  const wanted = { loads: plan.loads, directory: before.directory, values: { ...before.values, ...plan.values } };
  const theirs = await readServer(binary, home, plan.args, null);
  const tally = { ...emptyTally, starts: 1, plansCompared: 1, plans: { [`${value.change}, ${plan.how}`]: 1 } };
  if (theirs.kind === 'loads' && sameMeaning(wanted, theirs)) return tally;
  return { ...tally, mismatches: [{ number, case: value, ours: wanted, server: theirs, plan: plan.args }] };
}

/**
 * The entries without which `agrees` holds, found by halves. Throws where a whole disagrees and neither of its halves does: then it is
 * their being together, which must change nothing.
 */
async function bisect<T extends { readonly number: number }>(
  entries: readonly T[],
  agrees: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  if (entries.length === 0 || (await agrees(entries))) return [];
  if (entries.length === 1) return [...entries];
  const middle = Math.floor(entries.length / 2);
  const left = await bisect(entries.slice(0, middle), agrees);
  const found = [...left, ...(await bisect(entries.slice(middle), agrees))];
  if (found.length === 0) throw new Error(`these cases disagree only together: ${numbersOf(entries)}`);
  return found;
}

function numbersOf(entries: ReadonlyArray<{ readonly number: number }>): string {
  return entries.map(({ number }) => number).join(', ');
}

/** Maps so many entries at a time, in their order. */
async function atOnce<T, R>(most: number, entries: readonly T[], map: (entry: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = entries.entries();
  const work = async (): Promise<void> => {
    for (const [index, entry] of waiting) results[index] = await map(entry);
  };
  await Promise.all(Array.from({ length: most }, work));
  return results;
}
