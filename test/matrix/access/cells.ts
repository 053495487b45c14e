import type { Circumstance } from '../merge/cells.ts';
import { type DefaultRule, defaultRules, type Password } from './default-rules.ts';

/** Where a directive can stand, from the weakest place to the strongest; `flags` is VALKEY_EXTRA_FLAGS. */
const places = ['file', 'include', 'stdin', 'element', 'flags'] as const;
export type Place = (typeof places)[number];

/** What requirepass or the password for the primary is set to. */
const values = ['given', 'own', 'empty'] as const satisfies ReadonlyArray<Password | 'empty'>;
export type Value = (typeof values)[number];

/** Where a server is told to listen. */
interface Bind {
  readonly words: string | null;
  /** Whether loopback is all that it names. */
  readonly isLoopbackAlone: boolean;
  /** Whether others reach it in a container that has one address beside loopback, and whether they may in any. */
  readonly servesOthers: boolean;
  readonly mayServeOthers: boolean;
}

const alone = { isLoopbackAlone: true, servesOthers: false, mayServeOthers: false };
const everywhere = { isLoopbackAlone: false, servesOthers: true, mayServeOthers: true };

const binds: readonly Bind[] = [
  { words: null, ...everywhere },
  { words: '* -::*', ...everywhere },
  { words: '0.0.0.0', ...everywhere },
  { words: '"-10.98.76.54 0.0.0.0"', ...everywhere },
  { words: '-10.98.76.54 0.0.0.0', ...everywhere },
  { words: '127.0.0.1 -10.98.76.54', ...everywhere, servesOthers: false },
  { words: '127.0.0.1', ...alone },
  { words: '-::1 127.0.0.1', ...alone },
];

/** One way to say who may enter a server, and from where. */
export interface Cell {
  /** How the environment gives a password. */
  readonly variable: 'VALKEY_PASSWORD' | 'VALKEY_PASSWORD_FILE' | null;
  readonly requirepass: ReadonlyArray<{ readonly place: Place; readonly value: Value }>;
  readonly rule: DefaultRule;
  readonly primary: { readonly name: 'masterauth' | 'primaryauth'; readonly value: Value } | null;
  readonly bind: Bind;
  readonly protectedMode: 'yes' | 'no' | null;
  /** Where everything but requirepass is said. */
  readonly place: Place;
  /** Whether the file has a load line, so that the server may read another one. */
  readonly loads: boolean;
  readonly circumstance: Circumstance;
}

const primaries = [null, ...values] as const;

/** Every rule for the user default with every value of the other settings. Where they stand, and who starts it, goes in turn. */
export function productCells(): Cell[] {
  const cells: Cell[] = [];
  for (const isGiven of [false, true])
    for (const rule of defaultRules)
      for (const value of [null, ...values])
        for (const bind of binds)
          for (const protectedMode of [null, 'yes', 'no'] as const)
            for (const primary of primaries) {
              const turn = turns(cells.length);
              const requirepass = value === null ? [] : [{ place: turn(places), value }];
              cells.push({
                ...{ rule, bind, protectedMode, requirepass, ...inTurn(turn) },
                variable: isGiven ? turn(['VALKEY_PASSWORD', 'VALKEY_PASSWORD_FILE'] as const) : null,
                primary:
                  primary === null ? null : { name: turn(['masterauth', 'primaryauth'] as const), value: primary },
              });
            }
  return cells;
}

/** Of the product every rule, password, requirepass, address and mode beside each other, and each of the first three with every primary. */
export function crossedCells(): Cell[] {
  const count = primaries.length;
  return productCells().filter((_, number) => number % count === Math.floor(number / count) % count);
}

/** requirepass in every place at once, or not, with every value. */
export function requirepassCells(): Cell[] {
  const [rule] = defaultRules;
  const [bind] = binds;
  if (rule === undefined || bind === undefined) throw new Error('no rule, or no address');
  const rows = places.reduce<ReadonlyArray<Cell['requirepass']>>(
    (made, place) => made.flatMap((row) => [row, ...values.map((value) => [...row, { place, value }])]),
    [[]],
  );
  return rows.flatMap((requirepass, number) =>
    [null, 'VALKEY_PASSWORD' as const].map((variable) => ({
      ...{ rule, bind, requirepass, variable, primary: null, protectedMode: null, ...inTurn(turns(number)) },
    })),
  );
}

function inTurn(turn: <T>(from: readonly [T, ...T[]]) => T): Pick<Cell, 'place' | 'loads' | 'circumstance'> {
  return {
    place: turn(places),
    loads: turn([false, true]),
    circumstance: turn(['root', 'arbitrary user', 'read-only root'] as const),
  };
}

/** Spreads choices over the numbers of cells, each choice of a cell in another way. */
function turns(number: number): <T>(from: readonly [T, ...T[]]) => T {
  let mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return (from) => {
    mixed = (Math.imul(mixed, 0x85ebca6b) ^ (mixed >>> 13)) >>> 0;
    return from[(mixed >>> 8) % from.length] ?? from[0];
  };
}

/** The cell in words, for titles and failures. */
export function titleOf(cell: Cell): string {
  const { rule, bind, primary, protectedMode } = cell;
  return [
    cell.variable ?? 'no password',
    rule.title,
    ...cell.requirepass.map(({ place, value }) => `requirepass ${value} (${place})`),
    ...(primary === null ? [] : [`${primary.name} ${primary.value}`]),
    ...(bind.words === null ? [] : [`bind ${bind.words}`]),
    ...(protectedMode === null ? [] : [`protected mode ${protectedMode}`]),
    `${cell.place}${cell.loads ? ' with a load line' : ''}, ${cell.circumstance}`,
  ].join('; ');
}
