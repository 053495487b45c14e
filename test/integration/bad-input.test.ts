import { expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-create.ts';
import { useContainers } from '../support/docker-scope.ts';
import { codesIn } from '../support/valkey-modules.ts';

const containers = useContainers();

const withConf = (text: string): ContainerWish => ({
  command: ['valkey-server', '/x.conf'],
  files: { '/x.conf': text },
});

/** What is wrong, the container, and the diagnostic's code and exit code as docs/diagnostics.md has them. */
const wrongInputs: ReadonlyArray<readonly [title: string, wish: ContainerWish, code: string, exitCode: number]> = [
  ['a configuration file that does not exist', { command: ['valkey-server', '/none.conf'] }, 'VB101', 66],
  ['an included file that does not exist', withConf('include /none.conf\n'), 'VB101', 66],
  [
    'a configuration file that the user may not read',
    { command: ['/x.conf'], files: { '/x.conf': { text: 'port 6379\n', mode: 0o600 } } },
    'VB102',
    66,
  ],
  [
    'a configuration file that only root may read, as root',
    { command: ['/x.conf'], user: 'root', files: { '/x.conf': { text: 'port 6379\n', mode: 0o600 } } },
    'VB509',
    77,
  ],
  ['a directory for a configuration file', { command: ['valkey-server', '/etc'] }, 'VB103', 66],
  ['an include that leads back to its file', withConf('include /x.conf\n'), 'VB104', 78],
  [
    'an include that leads back over another file',
    {
      command: ['/x.conf'],
      files: { '/x.conf': 'include /y.conf\n', '/y.conf': 'include /x.conf\n' },
    },
    'VB104',
    78,
  ],
  ['a quote that is not closed', withConf('requirepass "abc\n'), 'VB105', 78],
  ['a NUL byte in the configuration', withConf('port 6379\nmaxmemory 64\0mb\n'), 'VB106', 78],
  ['an include of two words', withConf('include /a.conf /b.conf\n'), 'VB107', 78],
  ['a device for a configuration file', { command: ['valkey-server', '/dev/zero'] }, 'VB108', 66],
  ['an unclosed quote in a *_MODULE_ARGS variable', { env: { SEARCH_MODULE_ARGS: '--log-level "debug' } }, 'VB201', 78],
  ['an unclosed quote in VALKEY_EXTRA_FLAGS', { env: { VALKEY_EXTRA_FLAGS: "--save '60 1" } }, 'VB201', 78],
  ['a newline in a *_MODULE_ARGS variable', { env: { SEARCH_MODULE_ARGS: '--use-coordinator\nport 1' } }, 'VB202', 78],
  ['an unknown name in VALKEY_MODULES', { env: { VALKEY_MODULES: 'serach' } }, 'VB204', 78],
  ['names and exclusions in VALKEY_MODULES', { env: { VALKEY_MODULES: 'search -json' } }, 'VB204', 78],
  ['an empty password file', { env: { VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': '' } }, 'VB205', 66],
  ['a password file that does not exist', { env: { VALKEY_PASSWORD_FILE: '/password' } }, 'VB205', 66],
  [
    'a password and a password file',
    { env: { VALKEY_PASSWORD: 'a', VALKEY_PASSWORD_FILE: '/password' }, files: { '/password': 'b\n' } },
    'VB206',
    78,
  ],
  ['an empty password', { env: { VALKEY_PASSWORD: '' } }, 'VB212', 78],
  ['a MODULE_DIR that does not exist', { env: { MODULE_DIR: '/none' } }, 'VB207', 78],
  [
    'two files that take their arguments from one variable',
    { files: { '/usr/lib/valkey/libvalkey_search.so': { text: '', mode: 0o755 } } },
    'VB301',
    78,
  ],
  ['a load line for a file that does not exist', withConf('loadmodule /none.so\n'), 'VB302', 78],
  [
    'a link to nothing in the module directory',
    { files: { '/usr/lib/valkey/x.so': { linkTo: '/none' } } },
    'VB302',
    78,
  ],
  [
    'a module without an execute bit',
    { files: { '/usr/lib/valkey/x.so': { text: '\x7fELF', mode: 0o644 } } },
    'VB304',
    78,
  ],
  ['a module that is no ELF file', { files: { '/usr/lib/valkey/x.so': { text: 'text', mode: 0o755 } } }, 'VB305', 78],
  ['an empty module file', { files: { '/usr/lib/valkey/x.so': { text: '', mode: 0o755 } } }, 'VB305', 78],
  ['a directory for a module', withConf('loadmodule /usr/lib/valkey\n'), 'VB305', 78],
  [
    'reader-threads out of range in the environment',
    { env: { SEARCH_MODULE_ARGS: '--reader-threads 0' } },
    'VB403',
    78,
  ],
  ['reader-threads that is no number', { env: { SEARCH_MODULE_ARGS: '--reader-threads many' } }, 'VB403', 78],
  ['an option without its value', { env: { SEARCH_MODULE_ARGS: '--reader-threads' } }, 'VB405', 78],
  ['a stray word among flags', { env: { SEARCH_MODULE_ARGS: 'coordinator' } }, 'VB406', 78],
  ['search.use-coordinator in the configuration', withConf('search.use-coordinator yes\n'), 'VB409', 78],
  [
    'a flag behind --loadmodule and its path, as words of their own',
    { command: ['--loadmodule', '/usr/lib/valkey/libsearch.so', '--use-coordinator'] },
    'VB411',
    78,
  ],
  [
    'a directive of a module that is left out',
    { ...withConf('json.max-path-limit 64\n'), env: { VALKEY_MODULES: 'search' } },
    'VB415',
    78,
  ],
  [
    'no place for an effective configuration',
    {
      ...withConf('loadmodule /usr/lib/valkey/libsearch.so\n'),
      tmpfs: { '/run/valkey-bundle': 'ro', '/dev/shm': 'ro', '/tmp': 'ro' },
    },
    'VB503',
    73,
  ],
  ['an empty program name', { command: [''] }, 'VB501', 127],
  ['a program that does not exist', { command: ['no-such-program'] }, 'VB501', 127],
  ['a program that may not be executed', { command: ['/etc/passwd'] }, 'VB502', 126],
  ['a directory for a program', { command: ['/etc'] }, 'VB502', 126],
];

it.each(wrongInputs)('%s ends the start', async (_, wish, code, exitCode) => {
  const ended = await containers.run(wish);
  expect(codesIn(ended.stderr)).toContain(code);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stdout).toBe('');
  expect(ended.log).not.toMatch(/Valkey is starting|oO0OoO0OoO0Oo/);
  expect(ended.log).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});
