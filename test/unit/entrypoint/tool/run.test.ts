import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../entrypoint/diagnostics/catalogue.ts';
import { moduleFile } from '../../../support/elf.ts';
import { kindsOf, tool } from '../../../support/fake-start.ts';

describe('the tool', () => {
  it.each([[[]], [['help']], [['--help']], [['-h']]])('with %j prints its commands', (args) => {
    const { stdout, exitCode } = tool(args);
    for (const command of ['plan', 'modules', 'doctor', 'explain', 'health', 'version'])
      expect(stdout).toContain(`valkey-bundle ${command}`);
    expect(exitCode).toBe(0);
  });
  it.each([
    [['plam']],
    [['toString']],
    [['modules', 'extra']],
    [['modules', '--json', 'extra']],
    [['version', 'x']],
    [['health', 'x']],
    [['explain']],
    [['explain', 'VB999']],
    [['explain', 'VB101', 'VB102']],
    [['explain', '--variable']],
    [['explain', '--json']],
    [['explain', 'VB101', '--json']],
    [['explain', '--variables', 'REDIS_ARGS']],
  ])('refuses %j with its own exit code', (args) => {
    expect(tool(args)).toMatchObject({ codes: ['VB601'], exitCode: 64, stdout: '' });
  });
  it('changes nothing', () => {
    for (const args of [['modules'], ['version'], ['explain', 'VB101']]) expect(kindsOf(tool(args))).toEqual(['exit']);
  });
});

describe('modules', () => {
  it('lists what the directory holds, with version and variable', () => {
    const lines = tool(['modules'])
      .stdout.trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/));
    expect(lines).toEqual([
      ['json', '1.0.2', 'JSON_MODULE_ARGS', '/usr/lib/valkey/libjson.so'],
      ['search', '1.0.2', 'SEARCH_MODULE_ARGS', '/usr/lib/valkey/libsearch.so'],
      ['bloom', '1.0.0', 'BLOOM_MODULE_ARGS', '/usr/lib/valkey/libvalkey_bloom.so'],
      ['ldap', '1.0.0', 'LDAP_MODULE_ARGS', '/usr/lib/valkey/libvalkey_ldap.so'],
    ]);
  });
  it('lists them as JSON', () => {
    const { stdout } = tool(['modules', '--json'], {}, { modules: ['libvalkey_bloom.so', 'libecho.so'] });
    const { version, modules } = JSON.parse(stdout);
    expect(version).toBe(1);
    expect(modules).toMatchObject([
      { name: 'echo', version: null, variable: 'ECHO_MODULE_ARGS', loadName: null },
      { name: 'bloom', version: '1.0.0', variable: 'BLOOM_MODULE_ARGS', loadName: 'bf' },
    ]);
  });
  it('looks where MODULE_DIR says', () => {
    expect(tool(['modules'], { MODULE_DIR: '/opt' }, { files: { '/opt/libx.so': moduleFile() } }).stdout).toContain(
      '/opt/libx.so',
    );
    expect(tool(['modules'], { MODULE_DIR: '/none' })).toMatchObject({ codes: ['VB207'], exitCode: 78 });
  });
});

describe('explain', () => {
  it.each(['VB105', 'vb105'])('%s prints the page', (code) => {
    const { stdout, exitCode } = tool(['explain', code]);
    for (const part of [catalogue.VB105.title, catalogue.VB105.meaning, catalogue.VB105.fix, 'exit code 78'])
      expect(stdout).toContain(part);
    expect(exitCode).toBe(0);
  });
  it('says of a warning that the start goes on', () => {
    expect(tool(['explain', 'VB510']).stdout).not.toContain('exit code');
  });
});

describe('explain --variables', () => {
  const env = {
    REDISJSON_ARGS: 'x',
    REDIS_ARGS: '--requirepass hunter2',
    VALKEY_AOF_ENABLED: 'no',
    DEBUG: '1',
    HOME: '/',
  };

  it('lists what is set and only other images read, beside what says the same here, without a value', () => {
    const { stdout, stderr, exitCode } = tool(['explain', '--variables'], env);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['not read here', 'here'],
      ['REDIS_ARGS', 'VALKEY_EXTRA_FLAGS'],
      ['REDISJSON_ARGS', 'JSON_MODULE_ARGS'],
      [''],
    ]);
    expect([stderr, exitCode]).toEqual(['', 0]);
  });
  it('lists them as JSON', () => {
    const { stdout, exitCode } = tool(['explain', '--variables', '--json'], env);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      variables: [
        { name: 'REDIS_ARGS', here: 'VALKEY_EXTRA_FLAGS' },
        { name: 'REDISJSON_ARGS', here: 'JSON_MODULE_ARGS' },
      ],
    });
    expect(exitCode).toBe(0);
  });
  it('says so where none is set', () => {
    expect(tool(['explain', '--variables'])).toMatchObject({
      stdout: 'No variable is set that only other images read.\n',
      exitCode: 0,
    });
    expect(JSON.parse(tool(['explain', '--json', '--variables']).stdout)).toEqual({ version: 1, variables: [] });
  });
});

it('version names the tool, Node, the line, the server and the modules', () => {
  const { stdout } = tool(['version']);
  for (const part of ['1.2.3', 'v26.0.0', '9.0.1', 'search 1.0.2 (tag 1.0.2)']) expect(stdout).toContain(part);
  expect(tool(['--version']).stdout).toBe(stdout);
});
