import type { ContainerWish } from '../../support/docker-create.ts';
import type { Row } from './row.ts';

// The image turns protected mode off; the recorded host has to be told.
const off = ['--protected-mode', 'no'];
const env = { VALKEY_PASSWORD: 'hunter2' };
const rules = ['~*', '&*', '+@all'];
const opened = { code: 'VB514', exitCode: 78, place: 'VALKEY_PASSWORD', never: ['hunter'] } as const;

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
];
