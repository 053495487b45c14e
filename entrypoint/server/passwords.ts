import type { Configuration } from '../conf/configuration.ts';
import type { Environment } from '../conf/environment.ts';
import { trim } from '../conf/parse.ts';
import type { Code } from '../diagnostics/catalogue.ts';
import { type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import { type Reader, sha256 } from '../host/host.ts';
import type { ExtraDirective } from '../modules/precedence.ts';
import { asBytes, type Bytes, beginsWithMark, bytesOf, HAS_MARK, lineWithMark, pathOf, textOf } from '../text/bytes.ts';
import { absolute, type Place, showPlace } from '../text/place.ts';
import { isExposed } from './reach.ts';

interface Password {
  readonly value: Bytes;
  readonly variable: string;
}

interface PasswordPlan {
  readonly warnings: readonly Diagnostic[];
  /** The password that lets the user default in once the server runs; null if it needs none, or none is known. */
  readonly login: Bytes | null;
}

/**
 * `requirepass` and `primaryauth` from VALKEY_PASSWORD or VALKEY_PASSWORD_FILE, each where it has an effect. Refuses
 * VB205, VB206, VB211, VB212, VB213 and VB215 for a password that cannot be read, and VB514 for one that would leave
 * the server open; warns VB209 where another one wins, and VB510 of a server that is open.
 */
export function passwordDirectives(
  host: Pick<Reader, 'readSmall' | 'readConf'>,
  env: Environment,
  conf: Access,
  image: readonly ExtraDirective[] = [],
): PasswordPlan & { readonly directives: readonly ExtraDirective[] } {
  const password = readPassword(host, env);
  const user = defaultUserOf(host, conf);
  const isProtected = !image.some(({ name, value }) => name === 'protected-mode' && value === 'no');
  const isOpen = user.isOpen && isExposed(conf.settings, isProtected);
  const own = ownPassword(user);
  if (password === null) return { directives: [], warnings: isOpen ? [openWarning(user)] : [], login: own };
  const { value, variable } = password;
  const at = { kind: 'variable', name: variable } as const;
  const unused = (message: string): Diagnostic => diagnose('VB209', message, { at });
  if (user.because !== null && !takes(user.passwords, value)) {
    const message = `${user.because}, so ${variable} would have no effect, and the server would be open`;
    if (isOpen) throw refuse('VB514', message, { at });
    // Nor primaryauth: a node that takes one password and offers another could not replicate.
    return { directives: [], warnings: [unused(`${user.because}, so ${variable} is not used`)], login: own };
  }
  const directive = (name: string): ExtraDirective => ({ name: bytesOf(name), value, secret: true, at });
  const required = user.because === null ? [directive('requirepass')] : [];
  // Two names of one setting: the later line wins.
  const primary = [...conf.fileDirectives, ...conf.optionDirectives].findLast(
    ({ name }) => name === 'primaryauth' || name === 'masterauth',
  );
  if (primary === undefined) return { directives: [...required, directive('primaryauth')], warnings: [], login: value };
  const isSame = primary.args[0] === value;
  const message = `${primary.name} is set at ${showPlace(primary.line.at)}, so ${variable} is not used for it`;
  return { directives: required, warnings: isSame ? [] : [unused(message)], login: value };
}

/**
 * VB214 for a password, which a sentinel is not given, and VB510 where its configuration sets none: protected mode is
 * off in a sentinel that nobody tells otherwise (sentinel.c, initSentinelConfig).
 */
export function sentinelPasswords(host: Pick<Reader, 'readConf'>, env: Environment, conf: Access): PasswordPlan {
  const given = ['VALKEY_PASSWORD', 'VALKEY_PASSWORD_FILE'].filter((name) => (env[name] ?? '') !== '');
  const user = defaultUserOf(host, conf);
  const warnings = [
    ...given.map((name) => diagnose('VB214', `a sentinel does not use ${name}`, { at: { kind: 'variable', name } })),
    ...(user.isOpen && isExposed(conf.settings, false) ? [openWarning(user, SENTINEL_HINT)] : []),
  ];
  return { warnings, login: ownPassword(user) };
}

function ownPassword({ passwords }: DefaultUser): Bytes | null {
  const [first = null] = passwords.plain;
  return first;
}

const SENTINEL_HINT =
  'Write requirepass (with sentinel sentinel-pass, the same on all) or `protected-mode yes` into its configuration, or publish the port on 127.0.0.1 only.';

function openWarning({ because }: DefaultUser, hint?: string): Diagnostic {
  const message = `${because ?? 'no password is set'}, and protected mode is off`;
  return diagnose('VB510', message, hint === undefined ? {} : { hint });
}

function readPassword(host: Pick<Reader, 'readSmall'>, env: Environment): Password | null {
  const value = env['VALKEY_PASSWORD'];
  const file = env['VALKEY_PASSWORD_FILE'];
  const variable = 'VALKEY_PASSWORD_FILE';
  const at = { kind: 'variable', name: variable } as const;
  if (value !== undefined && file !== undefined && file !== '')
    throw refuse('VB206', 'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are both set', { at });
  if (value !== undefined)
    return { value: bytesOf(passwordOfVariable('VALKEY_PASSWORD', value)), variable: 'VALKEY_PASSWORD' };
  if (file === undefined) return null;
  if (file === '') throw refuse('VB212', `${variable} is empty`, { at });
  return { value: readPasswordFile(host, file), variable };
}

/** The password that a variable holds. Refuses VB211, VB212, VB213, VB215. */
export function passwordOfVariable(name: string, text: string): string {
  return checked(text, name, 'VB212', { kind: 'variable', name });
}

/** The one line of a password file. Refuses VB205, VB211, VB213, VB215. */
export function readPasswordFile(
  host: Pick<Reader, 'readSmall'>,
  path: string,
  at: Place = { kind: 'variable', name: 'VALKEY_PASSWORD_FILE' },
): Bytes {
  const read = host.readSmall(path);
  // A password that stands there by mistake must not reach the log.
  if ('problem' in read) throw refuse('VB205', `${path.startsWith('/') ? path : 'the file'}: ${read.problem}`, { at });
  return bytesOf(checked(read.text, path, 'VB205', at));
}

/** Takes one line end away: editors, `echo` and secrets leave it behind. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** One rule for files and variables, so that the same bytes are the same password. */
function checked(text: string, source: string, whenEmpty: Code, at: Place): string {
  const password = withoutLineEnd(text);
  if (password === '') throw refuse(whenEmpty, `${source} is empty`, { at });
  if (password.includes('\ufffd')) throw refuse('VB211', `${source} is not valid UTF-8`, { at });
  if (beginsWithMark(bytesOf(password))) throw refuse('VB215', `${source} ${HAS_MARK}`, { at });
  const [control] = /\p{Cc}/u.exec(password) ?? [];
  if (control !== undefined) throw refuse('VB213', `${source} has a ${nameOfControl(control)} in it`, { at });
  return password;
}

const CONTROL_NAMES: ReadonlyMap<string, string> = new Map([
  ['\0', 'NUL'],
  ['\t', 'tab'],
  ['\n', 'newline'],
  ['\r', 'carriage return'],
  ['\x1b', 'terminal escape'],
]);

function nameOfControl(control: string): string {
  const number = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `${CONTROL_NAMES.get(control) ?? 'control character'} (U+${number})`;
}

/** The user that every connection begins as, as the server has it once it runs. */
interface DefaultUser {
  /** True if the user is on and needs no password: a new connection has logged in (authRequired() in networking.c). */
  readonly isOpen: boolean;
  /** Those that let it in: none while it is off (checkPasswordBasedAuth in acl.c). */
  readonly passwords: Passwords;
  /**
   * The line that decides this, as the beginning of a message; null if there is none, so that a new requirepass would
   * decide.
   */
  readonly because: string | null;
}

type DefaultUserRules = Omit<DefaultUser, 'because'>;

/**
 * Passwords that a user takes: as they were written, and as SHA-256 (`#`), which is how the server keeps them all
 * (ACLHashPassword).
 */
interface Passwords {
  readonly plain: ReadonlySet<Bytes>;
  readonly hashed: ReadonlySet<string>;
}

const NONE: Passwords = { plain: new Set(), hashed: new Set() };

/** Hashing loads a module of Node's, so it is done only where a rule has a hash. */
function takes({ plain, hashed }: Passwords, password: Bytes): boolean {
  return plain.has(password) || (hashed.size > 0 && hashed.has(sha256(password)));
}

/** The parts of the configuration that decide about the user default. */
type Access = Pick<Configuration, 'settings' | 'fileDirectives' | 'optionDirectives' | 'dataDirectory'>;

/** A new default user (ACLCreateDefaultUser in acl.c). */
const fresh: DefaultUserRules = { isOpen: true, passwords: NONE };

/**
 * An ACL file replaces all users, and one that does not name `default` leaves a new one, without the password of
 * requirepass (ACLLoadFromFile). Refuses VB114 for a line of it that begins with a byte order mark, because of which
 * the server ends. `user` lines are followed once the whole configuration is read, and begin with `reset`
 * (ACLLoadConfiguredUsers).
 */
function defaultUserOf(host: Pick<Reader, 'readConf'>, conf: Access): DefaultUser {
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

/** The passwords that ACLSetUser gives a user that was reset. */
function follow(rules: readonly string[]): DefaultUserRules {
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
