import { type Cell, pairCells, type Statement, singleCells } from './cells.ts';
import { expectedOf } from './oracle.ts';
import type { Subject } from './subjects.ts';

/**
 * A sample for real starts. Of the cells with two statements that a server runs on: every two places beside each other, every place
 * with every module, user and stance, every module with every user and with agreement and disagreement. And of the cells with one
 * statement: each way in which something unknown or invalid can be said.
 */
export function coveringSample(): Cell[] {
  const running = pairCells().filter(isRunning);
  const odd = singleCells().filter(({ statements: [only], circumstance }) => {
    return circumstance !== 'sealed' && (only?.stance === 'unknown' || only?.stance === 'invalid');
  });
  return [...cover(running, pairFeatures), ...cover(odd, oddFeatures)];
}

function isRunning(cell: Cell): boolean {
  const expected = expectedOf(cell);
  // What is said by the image stands in a file of it, which cannot be put into a read-only one.
  const hasImage = cell.statements.some(({ place }) => place === 'image');
  if (cell.circumstance === 'sealed' || (cell.circumstance === 'read-only root' && hasImage)) return false;
  return isPlain(cell) && expected.kind === 'started' && expected.serverRuns;
}

function isPlain({ statements }: Cell): boolean {
  return statements.every(({ stance }) => stance !== 'unknown' && stance !== 'invalid');
}

/** What a cell with two statements shows of the matrix. */
function pairFeatures({ subject, circumstance, statements }: Cell): string[] {
  const [first, second] = statements;
  if (first === undefined || second === undefined) return [];
  const [one, two] = [seatOf(first), seatOf(second)];
  const agree = first.stance === second.stance ? 'agree' : `${first.stance}, ${second.stance}`;
  return [
    `${one} beside ${two}`,
    ...[one, two].flatMap((seat) => [`${seat} of ${subject.title}`, `${seat} as ${circumstance}`]),
    ...[first, second].map(({ stance }) => `${stance} of ${subject.title}`),
    `${one} ${first.stance}`,
    `${two} ${second.stance}`,
    `${subject.title} as ${circumstance}`,
    `${agree} of ${subject.style}`,
  ];
}

function oddFeatures({ subject, circumstance, statements: [only] }: Cell): string[] {
  if (only === undefined) return [];
  return [`${seatOf(only)} ${only.stance}`, `${only.stance} ${only.form} of ${styleOf(subject)}`, `as ${circumstance}`];
}

function styleOf({ style, secret }: Subject): string {
  return secret ? 'secret' : style;
}

function seatOf({ place, form }: Statement): string {
  return `${place}/${form}`;
}

/** Greedy set cover: the cell that shows most of what was not shown yet, by the user who had fewest, until all is. Deterministic. */
function cover(cells: readonly Cell[], featuresOf: (cell: Cell) => readonly string[]): Cell[] {
  const candidates = cells.map((cell) => ({ cell, features: featuresOf(cell) }));
  const missing = new Set(candidates.flatMap(({ features }) => features));
  const chosen: Cell[] = [];
  while (missing.size > 0) {
    let best: Cell | null = null;
    let most = 0;
    for (const { cell, features } of candidates) {
      const used = chosen.filter(({ circumstance }) => circumstance === cell.circumstance).length;
      const gain = features.filter((feature) => missing.has(feature)).length;
      if (gain > 0 && gain - used / 1000 > most) [best, most] = [cell, gain - used / 1000];
    }
    if (best === null) break;
    chosen.push(best);
    for (const feature of featuresOf(best)) missing.delete(feature);
  }
  return chosen;
}
