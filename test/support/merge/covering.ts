import {
  type Cell,
  type Circumstance,
  type Place,
  pairCells,
  type Stance,
  type Statement,
  singleCells,
  statementsFor,
} from './cells.ts';
import { type Subject, subjects } from './subjects.ts';
import { type End, endOfOne } from './table.ts';

/** The places of a user, from the weakest to the strongest, and the seats that each has. The command line is one place of three forms. */
export const spokenPlaces: ReadonlyArray<{ readonly title: string; readonly seats: readonly Seat[] }> = [
  { title: 'environment', seats: [{ place: 'environment', form: 'load' }] },
  { title: 'file', seats: bothForms('file') },
  { title: 'include', seats: bothForms('include') },
  { title: 'standard input', seats: bothForms('stdin') },
  { title: 'command line', seats: [...bothForms('element'), { place: 'words', form: 'load' }] },
];

type Seat = Pick<Statement, 'place' | 'form'>;

/** What a place can say: nothing, or one of these. */
export const levels = ['absent', 'same', 'different', 'unknown', 'invalid'] as const;
type Level = (typeof levels)[number];

/** Who starts a cell of the product; a container on which nothing can be written is a matter of its own. */
export const startedBy = ['root', 'arbitrary user', 'read-only root'] as const satisfies readonly Circumstance[];

/**
 * The whole product about one option: every place at every level, by everyone. Whether a place says it as an argument or as a directive,
 * and the command line in which of its forms, goes in turn. A level that the option does not have (any value is valid) is left out.
 */
export function productCells(subject: Subject): Cell[] {
  return spokenPlaces
    .reduce<ReadonlyArray<readonly Level[]>>(
      (rows, _, index) => rows.flatMap((row) => levelsOf(subject, index).map((level) => [...row, level])),
      [[]],
    )
    .flatMap((row, number) => {
      const statements = row.flatMap((level, index) => {
        const seat = inTurn(spokenPlaces[index]?.seats ?? [], number, index);
        return level === 'absent' || seat === undefined ? [] : [{ ...seat, stance: level satisfies Stance }];
      });
      return startedBy.map((circumstance) => ({ subject, circumstance, statements }));
    });
}

/** What a cell of any kind says in one of the places; `bare` is a load line without the option. */
function levelIn({ statements }: Pick<Cell, 'statements'>, index: number): Level | 'bare' {
  return statements.find((statement) => isIn(statement, index))?.stance ?? 'absent';
}

function isIn({ place }: Pick<Statement, 'place'>, index: number): boolean {
  return spokenPlaces[index]?.seats.some((seat) => seat.place === place) === true;
}

function levelsOf(subject: Subject, index: number): Level[] {
  const said = (spokenPlaces[index]?.seats ?? []).flatMap((seat) => statementsFor(subject, seat));
  return levels.filter((level) => level === 'absent' || said.some(({ stance }) => stance === level));
}

/** Spreads the forms of a place over the numbers of cells, each place in another way. */
function inTurn<T>(entries: readonly T[], number: number, index: number): T | undefined {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> (7 + 3 * index);
  return entries[mixed % entries.length];
}

function bothForms(place: Place): Seat[] {
  return [
    { place, form: 'setting' },
    { place, form: 'load' },
  ];
}

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

/** How a start with these statements comes out, by what is written of each alone. */
function endOf(subject: Subject, statements: readonly Statement[]): End {
  const all = statements.map((statement) => endOfOne(subject, statement));
  return all.find((end) => end === 'refused') ?? all.find((end) => end === 'ends') ?? 'runs';
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
