import { type Circumstance, CONF, type LaidOut } from '../merge/cells.ts';

/** Where a directive can stand, from the weakest place to the strongest; `flags` is VALKEY_EXTRA_FLAGS. */
const accessPlaces = ['file', 'include', 'stdin', 'element', 'flags'] as const;
type Place = (typeof accessPlaces)[number];

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
              const requirepass = value === null ? [] : [{ place: turn(accessPlaces), value }];
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
  const rows = accessPlaces.reduce<ReadonlyArray<Cell['requirepass']>>(
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
    place: turn(accessPlaces),
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

/** Two passwords: the one that the environment gives, and another one that only the configuration has. */
export const passwords = { given: 'hush-given', own: 'hush-own' } as const;
export type Password = keyof typeof passwords;

/** Who gets in as the user default, once it is set so. */
export interface Entry {
  /** Anybody, without a password. */
  readonly isFree: boolean;
  /** Whether it needs no password, if only it were on: that is what protected mode looks at. */
  readonly needsNone: boolean;
  readonly takes: readonly Password[];
  /** Of those, what can be read off: a hash cannot. */
  readonly readable: readonly Password[];
}

/** One way to say, or not, what the user default may, beside requirepass. */
export interface DefaultRule {
  readonly title: string;
  /** Words behind `user`, on a line of the configuration. */
  readonly line?: string;
  /** Text of an ACL file; null where its name is empty. */
  readonly aclFile?: string | null;
  /** What it comes to; null where it says nothing about the user default, so that requirepass counts. */
  readonly entry: Entry | null;
}

const nobody: Entry = { isFree: false, needsNone: false, takes: [], readable: [] };
const free: Entry = { ...nobody, isFree: true, needsNone: true };
const disabled: Entry = { ...nobody, needsNone: true };
const byPassword = (...takes: readonly Password[]): Entry => ({ ...nobody, takes, readable: takes });
const byHash = (...takes: readonly Password[]): Entry => ({ ...nobody, takes });

/** What may stand behind `user default`, and who then gets in. */
const words: ReadonlyArray<readonly [said: string, entry: Entry]> = [
  ['on nopass', free],
  ['on >hush-given nopass', free],
  ['ON >hush-given NOPASS', free],
  ['on nopass >hush-own', byPassword('own')],
  ['on >hush-own', byPassword('own')],
  ['on >hush-given', byPassword('given')],
  ['on >hush-own >hush-given', byPassword('own', 'given')],
  ['on >hush-own >hush-given <hush-own', byPassword('given')],
  ['on >hush-given resetpass >hush-own', byPassword('own')],
  ['on #GIVEN', byHash('given')],
  ['on #OWN', byHash('own')],
  ['on >hush-own >hush-given !GIVEN', byPassword('own')],
  ['on', nobody],
  ['nopass', disabled],
  ['off nopass', disabled],
  ['off >hush-given', nobody],
  ['on >hush-given reset', nobody],
];

/** SHA-256 of the passwords, as `printf %s hush-given | sha256sum` has them. */
const hashes = {
  GIVEN: '87962ff2cb11b5c40b39011651759a51445231da9dc917695ef32027aeece6d3',
  OWN: 'cfd0b8cd2aa0c99562b544198573d2cb2eec60ffe4418f18a491f2e290d2ad7d',
} as const;

const RIGHTS = '~* &* +@all';
const BOB = `bob on >hush-own ${RIGHTS}`;

const defaultRules: readonly DefaultRule[] = [
  { title: 'no rule', entry: null },
  { title: 'a line for another user', line: BOB, entry: null },
  { title: 'no name of an ACL file', aclFile: null, entry: null },
  { title: 'an empty ACL file', aclFile: '', entry: free },
  { title: 'an ACL file for another user', aclFile: `user ${BOB}\n`, entry: free },
  ...words.flatMap(([said, entry]): DefaultRule[] => {
    const rules = `default ${said.replace(/GIVEN|OWN/, (name) => (name === 'OWN' ? hashes.OWN : hashes.GIVEN))}`;
    return [
      { title: `a line: ${said}`, line: `${rules} ${RIGHTS}`, entry },
      { title: `an ACL file: ${said}`, aclFile: `user ${BOB}\n \tuser ${rules} ${RIGHTS}\r\n`, entry },
    ];
  }),
];

/** What requirepass comes to where no rule names the user default; null where nobody says it. */
export function entryOfRequirepass(password: Password | 'empty' | null): Entry | null {
  if (password === null) return null;
  return password === 'empty' ? free : byPassword(password);
}

/** A server to which nobody says anything. */
export const freshEntry = free;

const INCLUDED = '/data/conf/inc.conf';
export const ACL_FILE = '/data/conf/users.acl';
const PASSWORD_FILE = '/data/conf/password';

/** Writes a cell down. The include stands at the end of the file. */
export function layOutAccess(cell: Cell): LaidOut {
  const at = (place: Place): string[] => linesAt(cell, place);
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const included = text(at('include'));
  const main = text([
    ...(cell.loads ? ['loadmodule /usr/lib/valkey/libjson.so'] : []),
    ...at('file'),
    ...(included === '' ? [] : [`include ${INCLUDED}`]),
  ]);
  const stdin = text(at('stdin'));
  const options = at('element').map((line) => `--${line}`);
  const flags = at('flags').map((line) => `--${line}`);
  const { variable, rule } = cell;
  return {
    command: ['valkey-server', ...(main === '' ? [] : [CONF]), ...options, ...(stdin === '' ? [] : ['-'])],
    env: {
      ...(variable !== null && { [variable]: variable === 'VALKEY_PASSWORD' ? passwords.given : PASSWORD_FILE }),
      ...(flags.length > 0 && { VALKEY_EXTRA_FLAGS: flags.join(' ') }),
    },
    files: {
      ...(main !== '' && { [CONF]: main }),
      ...(included !== '' && { [INCLUDED]: included }),
      ...(typeof rule.aclFile === 'string' && { [ACL_FILE]: rule.aclFile }),
      ...(variable === 'VALKEY_PASSWORD_FILE' && { [PASSWORD_FILE]: `${passwords.given}\n` }),
    },
    stdin: stdin === '' ? null : stdin,
  };
}

function linesAt(cell: Cell, place: Place): string[] {
  const { rule, primary, bind, protectedMode } = cell;
  const requirepass = cell.requirepass.filter((said) => said.place === place);
  const lines = requirepass.map(({ value }) => `requirepass ${wordFor(value)}`);
  if (place !== cell.place) return lines;
  return [
    ...(rule.line === undefined ? [] : [`user ${rule.line}`]),
    ...(rule.aclFile === undefined ? [] : [`aclfile ${rule.aclFile === null ? '""' : ACL_FILE}`]),
    ...lines,
    ...(primary === null ? [] : [`${primary.name} ${wordFor(primary.value)}`]),
    ...(bind.words === null ? [] : [`bind ${bind.words}`]),
    ...(protectedMode === null ? [] : [`protected-mode ${protectedMode}`]),
  ];
}

function wordFor(value: Value): string {
  return value === 'empty' ? '""' : passwords[value];
}
