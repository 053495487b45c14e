import { asBytes } from '../../../entrypoint/text/bytes.ts';
import type { Row } from './row.ts';

const mark = '\ufeff';
const command = ['/x.conf'];
const refused = { code: 'VB113', exitCode: 78 } as const;
const password = { code: 'VB215', exitCode: 78, never: ['hunter2'] } as const;

/** Texts with the invisible mark in front that some editors write. */
export const markRows: readonly Row[] = [
  {
    input: 'a byte order mark in front of a configuration file that begins with a comment',
    wish: { command, files: { '/x.conf': `${mark}# Don't edit\nport 6379\n` } },
    ...{ ...refused, place: '/x.conf:1' },
  },
  {
    input: 'a byte order mark in front of a directive',
    wish: { command, files: { '/x.conf': `${mark}port 6379\n` } },
    ...{ ...refused, place: '/x.conf:1' },
  },
  {
    input: 'a configuration file that is nothing but a byte order mark',
    wish: { command, files: { '/x.conf': mark } },
    ...{ ...refused, place: '/x.conf:1' },
  },
  {
    input: 'a byte order mark where two files were joined',
    wish: { command, files: { '/x.conf': `port 6379\n\r\n \t${mark}# second file\n` } },
    ...{ ...refused, place: '/x.conf:3' },
  },
  {
    input: 'a byte order mark in front of an included file',
    wish: {
      command,
      files: { '/x.conf': 'port 6379\ninclude /c/*.conf\n', '/c': { directory: true }, '/c/y.conf': `${mark}# y\n` },
    },
    ...{ ...refused, place: '/c/y.conf:1' },
  },
  {
    input: 'a byte order mark on standard input',
    wish: { command: ['-'], stdin: `${mark}port 6379\n` },
    ...{ ...refused, place: 'stdin:1' },
    twin: { stdin: asBytes('\xef\xbb\xbfport 6379\n') },
  },
  {
    input: 'a byte order mark in front of a configuration of a sentinel',
    wish: { command: ['valkey-server', '/x.conf', '--sentinel'], files: { '/x.conf': `${mark}# sentinel\n` } },
    ...{ ...refused, place: '/x.conf:1' },
  },
  {
    input: 'a byte order mark inside a value and inside a comment',
    wish: { command, files: { '/x.conf': `# a ${mark}b\nproc-title-template "${mark}{title}"\nmaxmemory 64mb\n` } },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli CONFIG GET maxmemory', /\b67108864\b/]] },
  },
  {
    input: 'a byte order mark in front of an ACL file',
    wish: { command: ['--aclfile', '/users.acl'], files: { '/users.acl': `${mark}user default on >hunter2 +@all\n` } },
    ...{ code: 'VB114', exitCode: 78, place: '/users.acl:1', never: ['hunter2'] },
  },
  {
    input: 'a byte order mark in front of a password file',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': `${mark}hunter2\n` } },
    ...{ ...password, place: 'VALKEY_PASSWORD_FILE', names: ['/password'] },
  },
  {
    input: 'a byte order mark in front of a password',
    wish: { env: { VALKEY_PASSWORD: `${mark}hunter2` } },
    ...{ ...password, place: 'VALKEY_PASSWORD' },
  },
  {
    input: 'a byte order mark in front of the arguments of a module',
    wish: { env: { SEARCH_MODULE_ARGS: `${mark}--reader-threads 2` } },
    ...{ code: 'VB215', exitCode: 78, place: 'SEARCH_MODULE_ARGS' },
  },
  {
    input: 'a byte order mark in front of more options',
    wish: { env: { VALKEY_EXTRA_FLAGS: `${mark}--port 7000` } },
    ...{ code: 'VB215', exitCode: 78, place: 'VALKEY_EXTRA_FLAGS' },
  },
];
