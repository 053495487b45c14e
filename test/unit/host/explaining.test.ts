import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../entrypoint/diagnostics/catalogue.ts';
import { kindsOf, start } from '../../support/fake-start.ts';

const files = { '/etc/valkey.conf': 'loadmodule /usr/lib/valkey/libsearch.so --use-coordinator\n' };

describe('a start', () => {
  it('says in one line what it loads', () => {
    const { stderr, stdout } = start([], { VALKEY_MODULES: '-ldap', SEARCH_MODULE_ARGS: '--use-coordinator' });
    expect(stderr.split('\n')).toHaveLength(2);
    for (const name of ['json', 'search (--use-coordinator)', 'bloom']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('ldap');
    expect(stdout).toBe('');
  });
  it('says so where it loads nothing', () => {
    expect(start([], { VALKEY_MODULES: 'none' }).stderr).toContain('no modules');
  });
  it('with DEBUG explains each decision with its place, on standard error', () => {
    const { stderr, stdout } = start(['valkey-server', '/etc/valkey.conf'], { DEBUG: '1' }, { files });
    expect(stderr).toContain('/etc/valkey.conf:1');
    expect(stderr).toContain('argv[0] valkey-server');
    expect(stderr).toContain('/usr/local/libexec/valkey/valkey-server');
    expect(stderr).toContain('started as 0:0');
    expect(stdout).toBe('');
  });
  it('names only the arguments that count, and with DEBUG what overrides the others', () => {
    const bloom = 'loadmodule /usr/lib/valkey/libvalkey_bloom.so bloom-capacity 300 bloom-expansion 4\n';
    const both = { '/x.conf': `${bloom}bf.bloom-capacity 200\n` };
    const env = { VALKEY_MODULES: 'none' };
    expect(start(['/x.conf'], env, { files: both }).stderr).toContain('loading bloom (bloom-expansion 4);');
    expect(start(['/x.conf'], { ...env, DEBUG: '1' }, { files: both }).stderr).toMatch(
      /bloom-capacity 300 {2}<- \/x\.conf:1, overridden by \/x\.conf:2\n/,
    );
  });
  it('prints before it becomes another user, so nothing is lost', () => {
    const kinds = start([], { DEBUG: '1' }).events.map(({ kind }) => kind);
    expect(kinds.indexOf('print')).toBeLessThan(kinds.indexOf('drop'));
  });
});

it('a file name cannot act on the terminal', () => {
  const evil = 'lib\u001b[2Jx\u0007.so';
  for (const env of [{}, { DEBUG: '1' }]) {
    const { stderr } = start([], env, { modules: [evil] });
    expect(stderr).toContain('\\x1b[2J');
    expect(stderr).not.toMatch(/[\u001b\u0007]/);
  }
});

it('a configuration line cannot act on the terminal', () => {
  const { stderr } = start(['/x.conf'], {}, { files: { '/x.conf': 'port "\u001b[2J\n' } });
  expect(stderr).toContain('\\x1b[2J');
  expect(stderr).not.toContain('\u001b');
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
  it('of a processor on which search cannot run comes before anything is changed', () => {
    const started = start([], {}, { cpu: ['sse2'] });
    expect([started.codes, started.exitCode, kindsOf(started)]).toEqual([
      ['VB307'],
      catalogue.VB307.exitCode,
      ['exit'],
    ]);
  });
});
