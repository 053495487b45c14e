import { type Cell, pairCells, type Statement, singleCells } from './cells.ts';
import { expectedOf } from './oracle.ts';
import { isIn, levelIn, productCells, spokenPlaces } from './product.ts';
import { type Subject, subjects } from './subjects.ts';

/**
 * A sample for real starts, of cells in which any number of places speak. It shows every two places at any two levels beside each other,
 * every place at every level with every module and every user, and every way to say something unknown or invalid; and of servers that run
 * every two seats beside each other, every seat with every module and user, up to five places at once with every module, and agreement
 * and disagreement in every style. Deterministic.
 */
export function coveringSample(): Cell[] {
  return cover(candidates().filter(isStartable), featuresOf);
}

/**
 * What a cell shows. What ends a start hides all else: something counts only where it alone would end the start, or let it run, as the
 * whole cell does; and what nobody objects to counts only where the server runs.
 */
export function featuresOf(cell: Cell): string[] {
  const { subject, circumstance, statements } = cell;
  const end = endOf(subject, statements);
  const shows = (said: readonly Statement[]): boolean =>
    endOf(subject, said) === end && (end === 'runs' || said.some(isOdd));
  const features: string[] = [];
  for (const [first, { title: one }] of spokenPlaces.entries()) {
    const level = levelIn(cell, first);
    const own = statements.filter((statement) => isIn(statement, first));
    if (shows(own)) features.push(`${one} ${level} of ${subject.module}`, `${one} ${level} as ${circumstance}`);
    for (const [second, { title: two }] of spokenPlaces.entries()) {
      const both = [...own, ...statements.filter((statement) => isIn(statement, second))];
      if (second > first && shows(both)) features.push(`${one} ${level}, ${two} ${levelIn(cell, second)}`);
    }
  }
  if (end === 'runs') features.push(`${statements.length} statements about ${subject.module}`);
  return [
    ...features,
    ...statements.flatMap((said, index) => seatFeatures(cell, said, statements.slice(index + 1), shows)),
  ];
}

function seatFeatures(
  { subject, circumstance }: Cell,
  said: Statement,
  stronger: readonly Statement[],
  shows: (said: readonly Statement[]) => boolean,
): string[] {
  const seat = seatOf(said);
  const { style } = subject;
  const odd = [`${seat} ${said.stance}`, `${said.stance} ${said.form} of ${subject.secret ? 'secret' : style}`];
  if (isOdd(said)) return shows([said]) ? odd : [];
  const beside = stronger
    .filter((other) => !isOdd(other) && shows([said, other]))
    .flatMap((other) => {
      const agreement = said.stance === other.stance ? 'agree' : `${said.stance}, ${other.stance}`;
      return [`${seat} beside ${seatOf(other)}`, `${agreement} of ${style}`];
    });
  if (!shows([said])) return beside;
  return [...beside, `${seat} of ${subject.title}`, `${seat} as ${circumstance}`, `${seat} ${said.stance}`];
}

function seatOf({ place, form }: Statement): string {
  return `${place}/${form}`;
}

/** Cells with one place and with two, and such of the product in which at most two say what somebody may object to. */
function candidates(): Cell[] {
  const product = subjects.flatMap(productCells).filter(({ statements }) => statements.filter(isOdd).length <= 2);
  return [...singleCells(), ...pairCells(), ...product.filter((_, index) => index % 7 === 0)];
}

function isOdd({ stance }: Statement): boolean {
  return stance === 'unknown' || stance === 'invalid';
}

function isStartable({ circumstance, statements }: Cell): boolean {
  // What is said by the image stands in a file of it, which cannot be put into a read-only one.
  const hasImage = statements.some(({ place }) => place === 'image');
  return circumstance !== 'sealed' && !(circumstance === 'read-only root' && hasImage);
}

type End = 'refused' | 'ends' | 'runs';
const ends = new Map<string, End>();

/** How a start with these statements comes out, whoever starts it. */
function endOf(subject: Subject, statements: readonly Statement[]): End {
  const key = `${subject.title}: ${statements.map((said) => `${seatOf(said)} ${said.stance}`).join(', ')}`;
  const known = ends.get(key);
  if (known !== undefined) return known;
  const expected = expectedOf({ subject, circumstance: 'root', statements });
  const end = expected.kind === 'refused' ? 'refused' : expected.serverRuns ? 'runs' : 'ends';
  ends.set(key, end);
  return end;
}

/** Greedy set cover: the cell that shows most of what was not shown yet, by the user who had fewest, until all is. */
export function cover<T extends Pick<Cell, 'circumstance'>>(
  cells: readonly T[],
  featuresOf: (cell: T) => readonly string[],
): T[] {
  let open = cells.map((cell) => ({ cell, features: featuresOf(cell) }));
  const shown = new Set<string>();
  const chosen: T[] = [];
  while (open.length > 0) {
    open = open
      .map(({ cell, features }) => ({ cell, features: features.filter((feature) => !shown.has(feature)) }))
      .filter(({ features }) => features.length > 0);
    const used = new Map<string, number>();
    for (const { circumstance } of chosen) used.set(circumstance, (used.get(circumstance) ?? 0) + 1);
    let best: (typeof open)[number] | null = null;
    let most = 0;
    for (const candidate of open) {
      const gain = candidate.features.length - (used.get(candidate.cell.circumstance) ?? 0) / 1000;
      if (gain > most) [best, most] = [candidate, gain];
    }
    if (best === null) break;
    chosen.push(best.cell);
    for (const feature of best.features) shown.add(feature);
  }
  return chosen;
}
