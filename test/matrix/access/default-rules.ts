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

export const defaultRules: readonly DefaultRule[] = [
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
