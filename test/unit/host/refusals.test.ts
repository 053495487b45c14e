import { describe, expect, it } from 'vitest';
import { catalogue, isCode } from '../../../entrypoint/diagnostics/catalogue.ts';
import { moduleFile } from '../../support/elf.ts';
import { kindsOf, start } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';

interface Case {
  readonly code: string;
  readonly title: string;
  readonly conf?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Spec>>;
  readonly modules?: readonly string[];
  readonly cpu?: readonly string[];
}

const cases: readonly Case[] = [
  { code: 'VB101', title: 'a missing configuration file', args: ['/none.conf'] },
  { code: 'VB103', title: 'a directory for a configuration file', args: ['/data'] },
  { code: 'VB104', title: 'an include cycle', conf: 'include /etc/valkey.conf\n' },
  { code: 'VB105', title: 'an unclosed quote', conf: 'port "1\n' },
  { code: 'VB106', title: 'a NUL byte', conf: 'port 1\0\n' },
  { code: 'VB107', title: 'a loadmodule line without a path', conf: 'loadmodule\n' },
  { code: 'VB108', title: 'a FIFO', args: ['/pipe'], files: { '/pipe': { special: 'FIFO' } } },
  { code: 'VB201', title: 'an unclosed quote in a variable', env: { SEARCH_MODULE_ARGS: '--log-level "debug' } },
  { code: 'VB202', title: 'a newline in a variable', env: { SEARCH_MODULE_ARGS: '--log-level\ndebug' } },
  { code: 'VB204', title: 'an unknown name in VALKEY_MODULES', env: { VALKEY_MODULES: 'serach' } },
  { code: 'VB205', title: 'a missing password file', env: { VALKEY_PASSWORD_FILE: '/none' } },
  { code: 'VB206', title: 'two passwords', env: { VALKEY_PASSWORD: 'a', VALKEY_PASSWORD_FILE: '/x' } },
  { code: 'VB207', title: 'a missing MODULE_DIR', env: { MODULE_DIR: '/none' } },
  { code: 'VB211', title: 'a variable that is not UTF-8', env: { SEARCH_MODULE_ARGS: '\ufffd' } },
  { code: 'VB212', title: 'an empty password', env: { VALKEY_PASSWORD: '' } },
  { code: 'VB213', title: 'a tab in a password', env: { VALKEY_PASSWORD: 'a\tb' } },
  { code: 'VB301', title: 'two modules with one name', modules: ['libecho.so', 'echo.so'] },
  { code: 'VB302', title: 'a load line that leads nowhere', conf: 'loadmodule /none.so\n' },
  { code: 'VB304', title: 'a module without an execute bit', files: { '/usr/lib/valkey/x.so': moduleFile(0o644) } },
  { code: 'VB305', title: 'a module that is text', files: { '/usr/lib/valkey/x.so': { text: 'text', mode: 0o755 } } },
  { code: 'VB307', title: 'a processor without AVX2', cpu: ['sse2'] },
  { code: 'VB403', title: 'a value out of range', env: { SEARCH_MODULE_ARGS: '--reader-threads 0' } },
  { code: 'VB405', title: 'an option without its value', env: { SEARCH_MODULE_ARGS: '--reader-threads' } },
  { code: 'VB406', title: 'a stray word', env: { SEARCH_MODULE_ARGS: 'reader' } },
  { code: 'VB409', title: 'search.use-coordinator', conf: 'search.use-coordinator yes\n' },
  {
    code: 'VB411',
    title: 'a flag behind --loadmodule',
    args: ['--loadmodule', '/usr/lib/valkey/libsearch.so', '--use-coordinator'],
  },
  { code: 'VB414', title: 'a NUL in a load line', conf: 'loadmodule "/x\\x00.so"\n' },
  {
    code: 'VB415',
    title: 'a directive of a module that is left out',
    conf: 'json.max-path-limit 1\n',
    env: { VALKEY_MODULES: 'none' },
  },
  {
    code: 'VB514',
    title: 'a password that has no effect',
    args: ['--requirepass', '', '--protected-mode', 'no'],
    env: { VALKEY_PASSWORD: 'x' },
  },
];

describe('a wrong input ends the start with its exit code before anything is changed', () => {
  it.each(cases)('$code: $title', ({ code, conf, args, env, files, modules, cpu }) => {
    const command = args ?? (conf === undefined ? [] : ['/etc/valkey.conf']);
    const all = { ...files, ...(conf === undefined ? {} : { '/etc/valkey.conf': conf }) };
    const started = start(['valkey-server', ...command], env, {
      files: all,
      ...(modules && { modules }),
      ...(cpu && { cpu }),
    });
    expect(started.codes).toEqual([code]);
    expect(kindsOf(started)).toEqual(['exit']);
    expect(isCode(code) && catalogue[code].exitCode).toBe(started.exitCode);
    expect(started.exitCode).not.toBe(0);
  });
});

describe('a refusal', () => {
  it('names the place and the fix, on standard error, without a stack', () => {
    const { stderr, stdout } = start(['/etc/valkey.conf'], {}, { files: { '/etc/valkey.conf': '\nport "1\n' } });
    expect(stderr).toMatch(
      /^valkey-bundle: \/etc\/valkey\.conf:2:6: error VB105: .*\n {2}\| port "1\n {2}\| {6}\^\n {2}fix: .*\n$/,
    );
    expect(stdout).toBe('');
  });
  it('is coloured on a terminal alone, and not with NO_COLOR', () => {
    const hasColour = (terminal: boolean, env = {}) =>
      start(['/none.conf'], env, { terminal }).stderr.includes('\u001b[');
    expect([hasColour(true), hasColour(false), hasColour(true, { NO_COLOR: '1' })]).toEqual([true, false, false]);
  });
});
