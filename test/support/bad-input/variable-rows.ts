import type { Row } from './row.ts';

const echo = { MODULE_DIR: '/opt/stand-ins', VALKEY_MODULES: 'echo' };
const KIB_64 = 65_536;
const countOf = ['valkey-cli ECHO_ARGS.STANDIN ARGS | wc -l', /^32768$/] as const;
const lengthOf = ['valkey-cli --raw ECHO_ARGS.STANDIN ARGS | wc -c', /^65537$/] as const;

/** A variable that the engine's API cannot carry: with bytes that are not UTF-8. */
function withBytes(variable: string, octal: string): Row['wish'] {
  const shell = `exec env ${variable}="$(printf '${octal}')" bundle-docker-entrypoint`;
  return { entrypoint: ['sh', '-c', shell] };
}

/** Variables that say what cannot be meant. */
export const variableRows: readonly Row[] = [
  {
    input: 'a double quote that is not closed in a variable',
    wish: { env: { SEARCH_MODULE_ARGS: '--log-level "debug' } },
    ...{ code: 'VB201', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['--log-level "debug'] },
  },
  {
    input: 'a single quote that is not closed in VALKEY_EXTRA_FLAGS',
    wish: { env: { VALKEY_EXTRA_FLAGS: "--save '60 1" } },
    ...{ code: 'VB201', exitCode: 78, place: 'VALKEY_EXTRA_FLAGS', names: ["--save '60 1"] },
  },
  {
    input: 'a newline in a variable',
    wish: { env: { SEARCH_MODULE_ARGS: '--use-coordinator\nport 1' } },
    ...{ code: 'VB202', exitCode: 78, place: 'SEARCH_MODULE_ARGS' },
  },
  {
    input: 'a newline in VALKEY_EXTRA_FLAGS',
    wish: { env: { VALKEY_EXTRA_FLAGS: '--port 1\n--loadmodule /x.so' } },
    ...{ code: 'VB202', exitCode: 78, place: 'VALKEY_EXTRA_FLAGS' },
  },
  {
    input: 'an escaped NUL in a variable',
    wish: { env: { BLOOM_MODULE_ARGS: 'bloom-capacity "1\\x00"' } },
    ...{ code: 'VB414', exitCode: 78, place: 'BLOOM_MODULE_ARGS' },
  },
  {
    input: 'bytes that are not UTF-8 in a variable',
    wish: withBytes('SEARCH_MODULE_ARGS', '\\377'),
    ...{ code: 'VB211', exitCode: 78, place: 'SEARCH_MODULE_ARGS' },
    twin: { env: { SEARCH_MODULE_ARGS: '\ufffd' } },
  },
  {
    input: 'bytes that are not UTF-8 in a password',
    wish: withBytes('VALKEY_PASSWORD', 'hunter2\\377'),
    ...{ code: 'VB211', exitCode: 78, place: 'VALKEY_PASSWORD', never: ['hunter2'] },
    twin: { env: { VALKEY_PASSWORD: 'hunter2\ufffd' } },
  },
  {
    input: 'an unknown name in VALKEY_MODULES',
    wish: { env: { VALKEY_MODULES: 'json serach' } },
    ...{ code: 'VB204', exitCode: 78, place: 'VALKEY_MODULES', names: ['serach', 'search'] },
  },
  {
    input: 'an unknown exclusion in VALKEY_MODULES',
    wish: { env: { VALKEY_MODULES: '-none' } },
    ...{ code: 'VB204', exitCode: 78, place: 'VALKEY_MODULES', names: ['none'] },
  },
  {
    input: 'names and exclusions in VALKEY_MODULES',
    wish: { env: { VALKEY_MODULES: 'search -json' } },
    ...{ code: 'VB204', exitCode: 78, place: 'VALKEY_MODULES', names: ['search -json'] },
  },
  {
    input: 'a value out of range in a variable',
    wish: { env: { SEARCH_MODULE_ARGS: '--reader-threads 0' } },
    ...{ code: 'VB403', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['--reader-threads', '1024', '"0"'] },
  },
  {
    input: 'an option without its value in a variable',
    wish: { env: { SEARCH_MODULE_ARGS: '--reader-threads' } },
    ...{ code: 'VB405', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['--reader-threads'] },
  },
  {
    input: 'a stray word in a variable',
    wish: { env: { SEARCH_MODULE_ARGS: 'coordinator' } },
    ...{ code: 'VB406', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['coordinator'] },
  },
  {
    input: 'a password file that does not exist',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/password'] },
  },
  {
    input: 'an empty password file',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': '' } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/password', 'empty'] },
  },
  {
    input: 'a password file with nothing but a newline',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': '\n' } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/password', 'empty'] },
  },
  {
    input: 'a password file of two lines',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': 'hunter2\nhunter3\n' } },
    ...{
      code: 'VB213',
      exitCode: 78,
      place: 'VALKEY_PASSWORD_FILE',
      names: ['/password', 'newline'],
      never: ['hunter'],
    },
  },
  {
    input: 'a password file that the user may not read',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': { text: 'hunter2\n', mode: 0o600 } } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['permission denied'], never: ['hunter'] },
  },
  {
    input: 'a directory for a password file',
    wish: { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': { directory: true } } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/password'] },
  },
  {
    input: 'a FIFO for a password file',
    wish: {
      entrypoint: ['sh', '-c', 'mkfifo /tmp/pipe && exec "$0"', 'bundle-docker-entrypoint'],
      env: { VALKEY_PASSWORD_FILE: '/tmp/pipe' },
    },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/tmp/pipe'] },
    twin: { files: { '/tmp/pipe': { special: 'FIFO' } } },
  },
  {
    input: 'a password and a password file',
    wish: { env: { VALKEY_PASSWORD: 'hunter2', VALKEY_PASSWORD_FILE: '/p' }, files: { '/p': 'hunter3\n' } },
    ...{ code: 'VB206', exitCode: 78, place: 'VALKEY_PASSWORD_FILE', never: ['hunter'] },
  },
  {
    input: 'an empty password',
    wish: { env: { VALKEY_PASSWORD: '' } },
    ...{ code: 'VB212', exitCode: 78, place: 'VALKEY_PASSWORD' },
  },
  {
    input: 'an empty name of a password file',
    wish: { env: { VALKEY_PASSWORD_FILE: '' } },
    ...{ code: 'VB212', exitCode: 78, place: 'VALKEY_PASSWORD_FILE' },
  },
  {
    input: 'a password that is nothing but a line end',
    wish: { env: { VALKEY_PASSWORD: '\n' } },
    ...{ code: 'VB212', exitCode: 78, place: 'VALKEY_PASSWORD' },
  },
  {
    input: 'a password with a tab',
    wish: { env: { VALKEY_PASSWORD: 'hunter2\thunter3' } },
    ...{ code: 'VB213', exitCode: 78, place: 'VALKEY_PASSWORD', names: ['tab (U+0009)'], never: ['hunter'] },
  },
  {
    input: '64 KiB of arguments in a variable, in words',
    wish: { env: { ...echo, ECHO_MODULE_ARGS: 'a '.repeat(KIB_64 / 2) } },
    ...{ code: null, exitCode: 0, asks: [countOf] },
  },
  {
    input: '64 KiB of arguments in a variable, one word',
    wish: { env: { ...echo, ECHO_MODULE_ARGS: 'a'.repeat(KIB_64) } },
    ...{ code: null, exitCode: 0, asks: [lengthOf] },
  },
  {
    input: '64 KiB of arguments in a variable, one word that is not ASCII',
    wish: { env: { ...echo, ECHO_MODULE_ARGS: '\u00e4'.repeat(KIB_64 / 2) } },
    ...{ code: null, exitCode: 0, asks: [lengthOf] },
  },
  {
    input: '64 KiB of arguments for a module that takes flags',
    wish: { env: { SEARCH_MODULE_ARGS: `${'--reader-threads 4 '.repeat(KIB_64 / 19)}--reader-threads 5` } },
    ...{
      code: null,
      exitCode: 0,
      asks: [['valkey-cli --raw SEARCH.STANDIN ARGS | tr "\\n" " "', /^--reader-threads 5 ?$/]],
    },
  },
  {
    input: '64 KiB of arguments for a module that takes pairs, one word that is not ASCII',
    wish: { env: { BLOOM_MODULE_ARGS: `bloom-capacity 300 no-such-option ${'\u00e4'.repeat(KIB_64 / 2)}` } },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli --raw BF.STANDIN ARGS | wc -c', /^65571$/]] },
  },
  {
    input: '64 KiB of arguments for a module that takes directives, one word that is not ASCII',
    wish: { env: { LDAP_MODULE_ARGS: `servers ${'\u00e4'.repeat(KIB_64 / 2)}` } },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli --raw CONFIG GET ldap.servers | wc -c', /^65550$/]] },
  },
  {
    input: '64 KiB of arguments on a load line',
    wish: {
      command: ['/x.conf'],
      env: { VALKEY_MODULES: 'none' },
      files: { '/x.conf': `loadmodule /opt/stand-ins/libecho.so ${'a '.repeat(KIB_64 / 2)}\n` },
    },
    ...{ code: null, exitCode: 0, asks: [countOf] },
    twin: { env: { MODULE_DIR: '/opt/stand-ins', VALKEY_MODULES: 'echo' } },
  },
  {
    input: 'a flag behind `--loadmodule` and its path, as a word of its own',
    wish: { command: ['--loadmodule', '/usr/lib/valkey/libsearch.so', '--use-coordinator'] },
    ...{ code: 'VB411', exitCode: 78, place: 'argv[3]', names: ['--use-coordinator'] },
  },
];
