import { HAS_MARK, lineWithMark } from './byte-order-mark.ts';
import { asBytes, type Bytes, pathOf, textOf } from './bytes.ts';
import { trim } from './conf/parse.ts';
import { refuse } from './diagnostics.ts';
import { sha256 } from './host/sha256.ts';
import type { Reader } from './host.ts';
import type { Configuration } from './inputs.ts';
import { absolute } from './path.ts';
import { showPlace } from './place.ts';

/** The user that every connection begins as, as the server has it once it runs. */
export interface DefaultUser {
  /** On, and without need of a password: who connects has logged in (authRequired() in networking.c). */
  readonly isOpen: boolean;
  /** Those that let it in: none while it is off (checkPasswordBasedAuth in acl.c). */
  readonly passwords: Passwords;
  /** The line that decides this, as the beginning of a message; null where there is none, so that a new requirepass would decide. */
  readonly because: string | null;
}

type Settled = Omit<DefaultUser, 'because'>;

/** Passwords that a user takes: as they were written, and as SHA-256 (`#`), which is how the server keeps them all (ACLHashPassword). */
export interface Passwords {
  readonly plain: ReadonlySet<Bytes>;
  readonly hashed: ReadonlySet<string>;
}

const NONE: Passwords = { plain: new Set(), hashed: new Set() };

/** Hashing loads a module of Node's, so it is done only where a rule has a hash. */
export function takes({ plain, hashed }: Passwords, password: Bytes): boolean {
  return plain.has(password) || (hashed.size > 0 && hashed.has(sha256(password)));
}

/** What decides about it. */
export type Access = Pick<Configuration, 'settings' | 'fileDirectives' | 'optionDirectives' | 'dataDirectory'>;

/** A new default user (ACLCreateDefaultUser in acl.c). */
const fresh: Settled = { isOpen: true, passwords: NONE };

/**
 * An ACL file replaces all users, and one that does not name `default` leaves a new one, without the password of requirepass
 * (ACLLoadFromFile). Refuses VB114 for a line of it that begins with a byte order mark, over which the server ends. `user` lines are followed once the whole configuration is read, and begin with `reset` (ACLLoadConfiguredUsers).
 */
export function defaultUserOf(host: Pick<Reader, 'readConf'>, conf: Access): DefaultUser {
  const aclFile = conf.settings.get('aclfile');
  const [path] = aclFile?.args ?? [];
  if (aclFile !== undefined && path !== undefined && path !== '') {
    const whole = absolute(pathOf(path), conf.dataDirectory);
    const read = host.readConf(whole);
    const file = `the ACL file ${textOf(path)} (${showPlace(aclFile.at)})`;
    // Without the file the server does not start (ACLLoadUsersAtStartup).
    if (read.kind !== 'text') return { isOpen: false, passwords: NONE, because: `${file} sets the users` };
    const line = lineWithMark(read.text);
    if (line !== null) throw refuse('VB114', `the line ${HAS_MARK}`, { at: { kind: 'file', path: whole, line } });
    const rules = rulesOfFile(read.text);
    return rules === null
      ? { ...fresh, because: `${file} does not name user default, which then needs no password` }
      : { ...follow(rules), because: `${file} sets user default` };
  }
  const line = [...conf.fileDirectives, ...conf.optionDirectives].findLast(
    ({ name, args }) => name === 'user' && args[0] === 'default',
  );
  if (line !== undefined)
    return { ...follow(line.args.slice(1)), because: `user default is set at ${showPlace(line.line.at)}` };
  const required = conf.settings.get('requirepass');
  const [password] = required?.args ?? [];
  if (required === undefined || password === undefined) return { ...fresh, because: null };
  const at = showPlace(required.at);
  // ACLUpdateDefaultUserPassword: an empty one means `nopass`.
  return password === ''
    ? { ...fresh, because: `requirepass is empty at ${at}` }
    : { isOpen: false, passwords: { ...NONE, plain: new Set([password]) }, because: `requirepass is set at ${at}` };
}

/** The rules for `default` in an ACL file, whose lines are split at single blanks, without quotes. */
function rulesOfFile(text: Bytes): string[] | null {
  const lines = text.split('\n').map((line) => trim(asBytes(line)).split(' '));
  return lines.findLast(([word, name]) => word === 'user' && name === 'default')?.slice(2) ?? null;
}

/** ACLSetUser, as far as it is about passwords, for a user that was reset. */
function follow(rules: readonly string[]): Settled {
  let isOn = false;
  let needsNone = false;
  let plain = new Set<Bytes>();
  let hashed = new Set<string>();
  for (const rule of rules) {
    const word = rule.toLowerCase();
    if (word === 'on') isOn = true;
    if (word === 'off' || word === 'reset') isOn = false;
    if (word === 'nopass' || word === 'resetpass' || word === 'reset') {
      needsNone = word === 'nopass';
      plain = new Set();
      hashed = new Set();
    }
    const rest = asBytes(rule.slice(1));
    switch (rule[0]) {
      case '>':
        plain.add(rest);
        needsNone = false;
        break;
      case '#':
        hashed.add(rest);
        needsNone = false;
        break;
      case '<':
        plain.delete(rest);
        if (hashed.size > 0) hashed.delete(sha256(rest));
        break;
      case '!':
        hashed.delete(rest);
        plain = new Set([...plain].filter((password) => sha256(password) !== rest));
        break;
    }
  }
  return { isOpen: isOn && needsNone, passwords: isOn ? { plain, hashed } : NONE };
}
