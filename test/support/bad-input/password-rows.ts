import type { ContainerWish } from '../docker-container.ts';
import type { Row } from './row.ts';

// The image turns protected mode off; the recorded host has to be told.
const off = ['--protected-mode', 'no'];
const env = { VALKEY_PASSWORD: 'hunter2' };
const rules = ['~*', '&*', '+@all'];
const opened = { code: 'VB514', exitCode: 78, place: 'VALKEY_PASSWORD', never: ['hunter'] } as const;

/** SHA-256 of the password. */
const HASH = 'f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7';
const runs = { code: null, exitCode: 0, never: ['hunter'] } as const;
const login = (password: string, answer: RegExp) => [`valkey-cli AUTH default ${password}`, answer] as const;
const taken = login('hunter2', /^OK$/);
const notTaken = login('hunter2', /^WRONGPASS /);
const free = ['valkey-cli PING', /^PONG$/] as const;
const askedFor = ['valkey-cli PING', /^NOAUTH /] as const;

function userLine(...words: readonly string[]): ContainerWish {
  return { env, command: ['--user', 'default', ...words, ...rules, ...off] };
}

function sentinel(...options: readonly string[]): ContainerWish {
  const command = ['/data/s.conf', '--sentinel', '--port', '6379', ...options];
  return { env, command, files: { '/data/s.conf': { text: '# none yet\n', mode: 0o644, uid: 999 } } };
}

function aclFile(text: string): ContainerWish {
  return { env, command: ['--aclfile', '/users.acl', ...off], files: { '/users.acl': text } };
}

/** A password whose effect an ACL rule, or another directive, takes away. */
export const passwordRows: readonly Row[] = [
  {
    input: 'a password, and an ACL file that does not name the user default',
    wish: aclFile('user bob on >hunter3 ~* &* +@all\n'),
    ...{ ...opened, names: ['/users.acl', 'argv[1]'] },
  },
  {
    input: 'a password, and an empty ACL file',
    wish: aclFile(''),
    ...{ ...opened, names: ['/users.acl'] },
  },
  {
    input: 'a password, and an ACL file in which the user default needs none',
    wish: aclFile('user default on nopass ~* &* +@all\n'),
    ...{ ...opened, names: ['/users.acl'] },
  },
  {
    input: 'a password, and an ACL file next to requirepass in the configuration',
    wish: {
      env,
      command: ['/x.conf', ...off],
      files: { '/x.conf': 'requirepass hunter2\naclfile /users.acl\n', '/users.acl': 'user bob on >hunter3\n' },
    },
    ...{ ...opened, names: ['/users.acl', '/x.conf:2'] },
  },
  {
    input: 'a password, and a user line in which the user default needs none',
    wish: { env, command: ['--user', 'default', 'on', 'nopass', ...rules, ...off] },
    ...{ ...opened, names: ['user default', 'argv[1]'] },
  },
  {
    input: 'a password, and an empty requirepass',
    wish: { env, command: ['--requirepass', '', ...off] },
    ...{ ...opened, names: ['requirepass', 'argv[1]'] },
  },
  {
    input: 'a password, an empty requirepass, and a second address that is not loopback',
    wish: { env, command: ['--requirepass', '', '--bind', '127.0.0.1', '0.0.0.0', ...off] },
    ...{ ...opened, names: ['requirepass'] },
  },
  {
    input: 'a password, an empty requirepass, and an address beside loopback that may be missing',
    wish: { env, command: ['--requirepass', '', '--bind', '127.0.0.1', '-10.98.76.54', ...off] },
    ...{ ...opened, names: ['requirepass'] },
  },
  {
    input: 'a password, and an empty requirepass in VALKEY_EXTRA_FLAGS',
    wish: { env: { ...env, VALKEY_EXTRA_FLAGS: "--requirepass ''" }, command: off },
    ...{ ...opened, names: ['requirepass', 'VALKEY_EXTRA_FLAGS'] },
  },
  {
    input: 'a password file, and a user line in which the user default needs none',
    wish: {
      env: { VALKEY_PASSWORD_FILE: '/password' },
      command: ['--user', 'default', 'on', 'nopass', ...rules, ...off],
      files: { '/password': 'hunter2\n' },
    },
    ...{ ...opened, place: 'VALKEY_PASSWORD_FILE', names: ['user default', 'argv[1]'] },
  },
  {
    input: 'a password, and a user line of an included file in which the user default needs none',
    wish: {
      env,
      command: ['/x.conf', ...off],
      files: { '/x.conf': 'requirepass hunter2\ninclude /y.conf\n', '/y.conf': 'user default on nopass +@all\n' },
    },
    ...{ ...opened, names: ['user default', '/y.conf:1'] },
  },
  {
    input: 'a password, and a user line on standard input in which the user default needs none',
    wish: { env, command: [...off, '-'], stdin: 'user default on >hunter3 nopass +@all\n' },
    ...{ ...opened, names: ['user default', 'stdin:1'] },
  },
  {
    input: 'an empty password, and a password file',
    wish: { env: { VALKEY_PASSWORD: '', VALKEY_PASSWORD_FILE: '/p' }, files: { '/p': 'hunter2\n' } },
    ...{ code: 'VB206', exitCode: 78, place: 'VALKEY_PASSWORD_FILE', never: ['hunter'] },
  },
  {
    input: 'a password, and an empty name of a password file',
    wish: { env: { ...env, VALKEY_PASSWORD_FILE: '' } },
    ...{ ...runs, warns: [], asks: [askedFor, taken] },
  },
  {
    input: 'a password, and another requirepass',
    wish: { env, command: ['--requirepass', 'hunter3'] },
    ...{ ...runs, warns: ['VB209'], asks: [notTaken, login('hunter3', /^OK$/)] },
  },
  {
    input: 'a password, and another one for the primary',
    wish: { env, command: ['--masterauth', 'hunter3'] },
    ...{ ...runs, warns: ['VB209'], asks: [askedFor, taken] },
  },
  {
    input: 'a password, and the same one in requirepass, a user line and for the primary',
    wish: {
      env,
      command: ['/x.conf'],
      files: { '/x.conf': `requirepass hunter2\nprimaryauth hunter2\nuser default on #${HASH} +@all\n` },
    },
    ...{ ...runs, warns: [], asks: [askedFor, taken] },
  },
  {
    input: 'a password, and a user line with another one',
    wish: userLine('on', '>hunter3'),
    ...{ ...runs, warns: ['VB209'], asks: [notTaken, login('hunter3', /^OK$/)] },
  },
  {
    input: 'a password, and a user line that takes it away again',
    wish: userLine('on', '>hunter3', '>hunter2', '<hunter2'),
    ...{ ...runs, warns: ['VB209'], asks: [notTaken, login('hunter3', /^OK$/)] },
  },
  {
    input: 'a password, and a user line that has it and is off',
    wish: userLine('off', '>hunter2'),
    ...{ ...runs, warns: ['VB209'], asks: [askedFor, notTaken] },
  },
  {
    input: 'a password, and an ACL file that has it and turns the user default off',
    wish: aclFile('user default on >hunter2 off +@all\n'),
    ...{ ...runs, warns: ['VB209'], asks: [askedFor, notTaken] },
  },
  {
    input: 'a password, and an ACL file with another one',
    wish: aclFile('user default on >hunter3 +@all\n'),
    ...{ ...runs, warns: ['VB209'], asks: [notTaken, login('hunter3', /^OK$/)] },
  },
  {
    input: 'a password, and no name of an ACL file',
    wish: { env, command: ['--aclfile', '', ...off] },
    ...{ ...runs, warns: [], asks: [askedFor, taken] },
  },
  {
    input: 'a password, and an ACL file that does not name the user default, in protected mode',
    wish: { env, command: ['--aclfile', '/users.acl', '--protected-mode', 'yes'], files: { '/users.acl': '\n' } },
    ...{ ...runs, warns: ['VB209'], asks: [free] },
  },
  {
    input: 'a password, and a user line in which the user default needs none, on loopback alone',
    wish: { env, command: ['--user', 'default', 'on', 'nopass', ...rules, '--bind', '127.0.0.1 -::1', ...off] },
    ...{ ...runs, warns: ['VB209', 'VB517'], asks: [free] },
  },
  {
    input: 'no password, and an ACL file that does not name the user default, next to requirepass',
    wish: {
      command: ['--aclfile', '/users.acl', '--requirepass', 'hunter3', ...off],
      files: { '/users.acl': 'user bob on >hunter3 +@all\n' },
    },
    ...{ ...runs, warns: ['VB510'], asks: [free] },
  },
  {
    input: 'no password, and an address beside loopback',
    wish: { command: ['--bind', '127.0.0.1', '-10.98.76.54', ...off] },
    ...{ ...runs, warns: ['VB510'], asks: [free] },
  },
  {
    input: 'a password for a sentinel',
    wish: sentinel('--requirepass', 'hunter3'),
    ...{ ...runs, warns: ['VB214'], asks: [askedFor, notTaken] },
  },
  {
    input: 'a password for a sentinel whose requirepass is empty',
    wish: sentinel('--requirepass', '', ...off),
    ...{ ...runs, warns: ['VB214', 'VB510'], asks: [free] },
  },
  {
    input: 'a password for a sentinel whose configuration says nothing about it',
    wish: sentinel(),
    ...{ ...runs, warns: ['VB214', 'VB510'], asks: [free] },
  },
  {
    input: 'a password file that does not exist, for a sentinel',
    wish: { ...sentinel('--protected-mode', 'yes'), env: { VALKEY_PASSWORD_FILE: '/password' } },
    ...{ ...runs, warns: ['VB214'], asks: [free] },
  },
];
