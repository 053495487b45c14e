import type { Row } from './row.ts';

const CLEAR = '\x1b[2J';
const TITLE = '\x1b]0;x\x07';
const raw = ['\x1b', '\x07', '\u009b', '\u202e'];
const ldap = '/usr/lib/valkey/libvalkey_ldap.so';

/** File names and values that would act on a terminal: they are shown escaped. */
const escapeRows: readonly Row[] = [
  {
    input: 'a terminal escape in the name of a configuration file',
    wish: { command: ['valkey-server', `/${TITLE}.conf`] },
    ...{ code: 'VB101', exitCode: 66, place: 'argv[1]', names: ['/\\x1b]0;x\\x07.conf'], never: raw },
  },
  {
    input: 'a terminal escape in the name of a module file',
    wish: { files: { [`/usr/lib/valkey/x${CLEAR}.so`]: { text: 'text', mode: 0o755 } } },
    ...{ code: 'VB305', exitCode: 78, place: '/usr/lib/valkey/x\\x1b[2J.so', names: ['x\\x1b[2J.so'], never: raw },
  },
  {
    input: 'a terminal escape in a load line',
    wish: { command: ['/x.conf'], files: { '/x.conf': `loadmodule "/${TITLE}.so"\n` } },
    ...{ code: 'VB302', exitCode: 78, place: '/x.conf:1', names: ['/\\x1b]0;x\\x07.so'], never: raw },
  },
  {
    input: 'a terminal escape in a line that cannot be split',
    wish: { command: ['/x.conf'], files: { '/x.conf': `port "${CLEAR}\u009b\u202e\n` } },
    ...{ code: 'VB105', exitCode: 78, place: '/x.conf:1:6', names: ['\\x1b[2J', '\\x9b', '\\u202e'], never: raw },
  },
  {
    input: 'a terminal escape in a value of a variable',
    wish: { env: { SEARCH_MODULE_ARGS: `--log-level ${CLEAR}` } },
    ...{ code: 'VB403', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['\\x1b[2J'], never: raw },
  },
  {
    input: 'a terminal escape in a stray word',
    wish: { env: { SEARCH_MODULE_ARGS: `x${TITLE}` } },
    ...{ code: 'VB406', exitCode: 78, place: 'SEARCH_MODULE_ARGS', names: ['\\x1b]0;x\\x07'], never: raw },
  },
  {
    input: 'a terminal escape in VALKEY_MODULES',
    wish: { env: { VALKEY_MODULES: CLEAR } },
    ...{ code: 'VB204', exitCode: 78, place: 'VALKEY_MODULES', names: ['\\x1b[2J'], never: raw },
  },
  {
    input: 'a terminal escape in MODULE_DIR',
    wish: { env: { MODULE_DIR: `/${CLEAR}` } },
    ...{ code: 'VB207', exitCode: 78, place: 'MODULE_DIR', names: ['/\\x1b[2J'], never: raw },
  },
  {
    input: 'a terminal escape in the name of a password file',
    wish: { env: { VALKEY_PASSWORD_FILE: `/${CLEAR}` } },
    ...{ code: 'VB205', exitCode: 66, place: 'VALKEY_PASSWORD_FILE', names: ['/\\x1b[2J'], never: raw },
  },
  {
    input: 'a terminal escape in the name of a program',
    wish: { command: [CLEAR] },
    ...{ code: 'VB501', exitCode: 127, place: 'argv[0]', names: ['\\x1b[2J'], never: raw },
  },
  {
    input: 'a terminal escape in the name of a variable',
    wish: { env: { [`X${CLEAR}_MODULE_ARGS`]: '1', DEBUG: '1' } },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]], never: raw },
  },
];

/** A secret in the very line, or beside it. */
const secretRows: readonly Row[] = [
  ...[
    ['requirepass "hunter2', 'a password with a quote that is not closed'],
    ["user alice on '>hunter2 ~*", 'a user with a quote that is not closed'],
    ['ldap.search_bind_passwd "hunter2', 'a directive of ldap with a quote that is not closed'],
    ['port 7001requirepass "hunter2', 'a line that runs into a password'],
    ['tls-key-file-pass "hunter2', 'a key password with a quote that is not closed'],
    ["port 7001user alice on '>hunter2", 'a line that runs into a user'],
    ['port 1sentinel auth-pass m "hunter2', "a line that runs into a sentinel's password"],
    ['"require\\x70ass" "hunter2', 'a password behind a name with an escape in it'],
    ['requirepas "hunter2', 'a misspelled password directive'],
    ['requirepsas "hunter2', 'a password directive with two letters exchanged'],
    ['usr alice on ">hunter2', 'a misspelled user'],
    ['user alice>hunter2 "', 'a user without a blank before the password'],
  ].map(
    ([text = '', input = '']): Row => ({
      input,
      wish: { command: ['/x.conf'], files: { '/x.conf': `${text}\n` } },
      ...{ code: 'VB105', exitCode: 78, place: `/x.conf:1:${text.search(/['"][^'"]*$/) + 1}`, never: ['hunter2'] },
    }),
  ),
  {
    input: 'a comment that ends its file and runs into a user',
    wish: {
      command: ['/x.conf'],
      files: {
        '/x.conf': 'include /x.d/*.conf\n',
        '/x.d/1.conf': '# maxclients 100',
        '/x.d/2.conf': 'user alice on >hunter2 ~* +@all\n',
      },
      env: { DEBUG: '1' },
    },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]], never: ['hunter2'] },
  },
  {
    input: 'a password on standard input with a quote that is not closed',
    wish: { command: ['-'], stdin: 'requirepass "hunter2\n' },
    ...{ code: 'VB105', exitCode: 78, place: 'stdin:1:13', never: ['hunter2'] },
  },
  {
    input: 'a password on the command line with a quote that is not closed',
    wish: { command: ['valkey-server', '--requirepass "hunter2'] },
    ...{ code: 'VB105', exitCode: 78, place: 'argv[1]', never: ['hunter2'] },
  },
  {
    input: 'a NUL byte in a password',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'requirepass hunter2\0\n' } },
    ...{ code: 'VB106', exitCode: 78, place: '/x.conf:1', never: ['hunter2'] },
  },
  {
    input: 'a secret in a load line that leads nowhere',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'loadmodule /none.so search_bind_passwd hunter2\n' } },
    ...{ code: 'VB302', exitCode: 78, place: '/x.conf:1', names: ['/none.so'], never: ['hunter2'] },
  },
  {
    input: 'two load lines with different secrets, which their module ignores',
    wish: {
      command: ['/x.conf'],
      files: {
        '/x.conf': ['hunter2', 'hunter3'].map((word) => `loadmodule ${ldap} search_bind_passwd ${word}\n`).join(''),
      },
      env: { DEBUG: '1' },
    },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]], never: ['hunter'] },
  },
  {
    input: 'a load line in quotes as a whole, with a secret',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'loadmodule "/none.so search_bind_passwd hunter2"\n' } },
    ...{ code: 'VB302', exitCode: 78, place: '/x.conf:1', names: ['/none.so'], never: ['hunter2'] },
  },
  {
    input: 'different secrets for a module that nothing is known about, on its line and in its variable',
    wish: {
      command: ['/x.conf'],
      files: { '/x.conf': 'loadmodule /opt/stand-ins/libecho.so search_bind_passwd hunter2\n' },
      env: {
        MODULE_DIR: '/opt/stand-ins',
        VALKEY_MODULES: 'echo',
        ECHO_MODULE_ARGS: 'search_bind_passwd hunter3',
        DEBUG: '1',
      },
    },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]], never: ['hunter'] },
  },
  {
    input: 'secrets in variables of a sentinel',
    wish: {
      command: ['valkey-server', '/s.conf', '--sentinel'],
      files: { '/s.conf': { text: 'port 6379\n', mode: 0o666 } },
      env: { LDAP_MODULE_ARGS: 'search_bind_passwd hunter2', VALKEYCLI_AUTH: 'hunter2', DEBUG: '1' },
    },
    ...{
      code: null,
      exitCode: 0,
      asks: [['tr "\\0" "\\n" </proc/1/environ | grep -c hunter', /^0$/]],
      never: ['hunter2'],
    },
  },
  ...[
    ['search_bind_passwd "hunter2', 'VB201', 'a quote that is not closed'],
    ['search_bind_passwd hunter2\nx', 'VB202', 'a newline behind it'],
    ['search_bind_passwd hunter2 connection_pool_size 0', 'VB403', 'a wrong value behind it'],
    ['search_bind_passwd=hunter2 connection_pool_size', 'VB405', 'a missing value behind it'],
    ['search_bind_pasword hunter2 connection_pool_size 0', 'VB406', 'a misspelled name'],
    ['search_bind_pasword "hunter2', 'VB201', 'a misspelled name and a quote that is not closed'],
    ['search_bind_pass hunter2\nx', 'VB202', 'a name cut short and a newline behind it'],
    ['bind_pw=hunter2', 'VB406', 'a name of another program'],
    ['"search_bind_passwd hunter2"', 'VB406', 'quotes around name and value'],
    ['search_bind_passwd my hunter2', 'VB406', 'a blank in it and no quotes'],
    ['connection_pool_size "5 search_bind_passwd hunter2"', 'VB403', 'a quote that opens before it'],
    ['ldap.search_bind_passwd "hunter2\\x00"', 'VB414', 'an escaped NUL in it'],
  ].map(
    ([value = '', code, what]): Row => ({
      input: `a secret in LDAP_MODULE_ARGS with ${what}`,
      wish: { env: { LDAP_MODULE_ARGS: value, DEBUG: '1' } },
      ...{ code: code as Row['code'], exitCode: 78, place: 'LDAP_MODULE_ARGS', never: ['hunter2'] },
    }),
  ),
  {
    input: 'a password in VALKEY_EXTRA_FLAGS beside a quote that is not closed',
    wish: { env: { VALKEY_EXTRA_FLAGS: '--requirepass hunter2 --port "1' } },
    ...{ code: 'VB201', exitCode: 78, place: 'VALKEY_EXTRA_FLAGS', never: ['hunter2'] },
  },
  {
    input: 'a user in VALKEY_EXTRA_FLAGS with a quote that is not closed',
    wish: { env: { VALKEY_EXTRA_FLAGS: '--port 7000 --user alice on ">hunter2' } },
    ...{ code: 'VB201', exitCode: 78, place: 'VALKEY_EXTRA_FLAGS', never: ['hunter2'] },
  },
  {
    input: 'a configuration file and a password in one element of the command',
    wish: { command: ['valkey-server', '/x.conf --requirepass hunter2'] },
    ...{ code: 'VB101', exitCode: 66, place: 'argv[1]', names: ['/x.conf'], never: ['hunter2'] },
  },
  {
    input: 'a whole command in one element, with a password',
    wish: { command: ['valkey-server --requirepass hunter2'] },
    ...{ code: 'VB501', exitCode: 127, place: 'argv[0]', names: ['valkey-server'], never: ['hunter2'] },
  },
  {
    input: 'a password on the command line beside a file that does not exist',
    wish: { command: ['valkey-server', '--requirepass', 'hunter2', '--include', '/none.conf'] },
    ...{ code: 'VB101', exitCode: 66, place: 'argv[3]', names: ['/none.conf'], never: ['hunter2'] },
  },
  {
    input: 'a password in the environment beside an unknown module',
    wish: { env: { VALKEY_PASSWORD: 'hunter2', VALKEY_MODULES: 'serach', DEBUG: '1' } },
    ...{ code: 'VB204', exitCode: 78, place: 'VALKEY_MODULES', never: ['hunter2'] },
  },
];

export const hostileRows: readonly Row[] = [...escapeRows, ...secretRows];
