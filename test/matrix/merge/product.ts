import { type Cell, type Circumstance, type Place, type Stance, type Statement, statementsFor } from './cells.ts';
import type { Subject } from './subjects.ts';

/** The places of a user, from the weakest to the strongest, and the seats that each has. The command line is one place of three forms. */
export const spokenPlaces: ReadonlyArray<{ readonly title: string; readonly seats: readonly Seat[] }> = [
  { title: 'environment', seats: [{ place: 'environment', form: 'load' }] },
  { title: 'file', seats: bothForms('file') },
  { title: 'include', seats: bothForms('include') },
  { title: 'standard input', seats: bothForms('stdin') },
  { title: 'command line', seats: [...bothForms('element'), { place: 'words', form: 'load' }] },
];

export type Seat = Pick<Statement, 'place' | 'form'>;

/** What a place can say: nothing, or one of these. */
export const levels = ['absent', 'same', 'different', 'unknown', 'invalid'] as const;
export type Level = (typeof levels)[number];

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
export function levelIn({ statements }: Pick<Cell, 'statements'>, index: number): Level | 'bare' {
  return statements.find((statement) => isIn(statement, index))?.stance ?? 'absent';
}

export function isIn({ place }: Pick<Statement, 'place'>, index: number): boolean {
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
