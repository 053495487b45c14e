import { describe, expect, it } from 'vitest';
import { tool } from '../../../support/fake-start.ts';

function planOf(args: readonly string[], env = {}, image: Parameters<typeof tool>[2] = {}) {
  const { stdout, exitCode, stderr, events } = tool(['plan', '--json', ...args], env, image);
  return {
    plan: JSON.parse(stdout),
    exitCode,
    stderr,
    changes: events.filter(({ kind }) => !['print', 'exit'].includes(kind)),
  };
}

describe('plan --json', () => {
  it('has every part that is documented, and changes nothing', () => {
    const { plan, exitCode, changes, stderr } = planOf(['--', 'valkey-server', '--port', '1'], {
      SEARCH_MODULE_ARGS: '--use-coordinator yes',
    });
    const documented = ['version', 'kind', 'modules', 'loads', 'files', 'program', 'argv', 'effectiveConf', 'user'];
    expect(Object.keys(plan)).toEqual(
      expect.arrayContaining([...documented, 'dataDirectory', 'diagnostics', 'exitCode']),
    );
    expect([plan.version, plan.kind, plan.exitCode, exitCode, changes, stderr]).toEqual([1, 'server', 0, 0, [], '']);
    expect(plan.modules[1]).toEqual({
      name: 'search',
      file: '/usr/lib/valkey/libsearch.so',
      decision: 'added',
      reason: expect.any(String),
      source: '/usr/lib/valkey/libsearch.so',
      args: [{ text: '--use-coordinator', source: 'SEARCH_MODULE_ARGS' }],
    });
    expect(plan.diagnostics).toEqual([
      {
        code: 'VB401',
        severity: 'warning',
        message: expect.any(String),
        hint: expect.any(String),
        at: 'SEARCH_MODULE_ARGS',
      },
    ]);
    expect(plan.user).toEqual({ uid: 999, gid: 999, name: 'valkey' });
  });
  it('reads the command with or without -- before it', () => {
    expect(planOf(['valkey-server', '--port', '1']).plan).toEqual(planOf(['--', 'valkey-server', '--port', '1']).plan);
  });
  it('of a refused start has its diagnostic with line and column, and ends with its exit code', () => {
    const { plan, exitCode } = planOf(['/x.conf'], {}, { files: { '/x.conf': '\nport "1\n' } });
    expect([plan.exitCode, exitCode, plan.argv]).toEqual([78, 78, []]);
    expect(plan.diagnostics).toMatchObject([{ code: 'VB105', severity: 'error', at: '/x.conf:2:6' }]);
  });
  it('has the column of standard input too', () => {
    const { plan } = planOf(['-'], {}, { stdin: 'port "1\n' });
    expect(plan.diagnostics).toMatchObject([{ code: 'VB105', at: 'stdin:1:6' }]);
  });
  it('of a command that is not the server is that command', () => {
    const { plan, exitCode } = planOf(['--', 'bash', '-c', 'id']);
    expect([plan.kind, plan.program, plan.argv, exitCode]).toEqual(['command', '/bin/bash', ['bash', '-c', 'id'], 0]);
  });
  it('of a command that is missing ends as its start would', () => {
    expect(planOf(['--', 'none'])).toMatchObject({
      exitCode: 127,
      plan: { exitCode: 127, diagnostics: [{ code: 'VB501' }] },
    });
  });
  it('on a host without server and user warns of that, and ends well', () => {
    const { plan, exitCode } = planOf(
      ['x.conf'],
      {},
      {
        bundle: null,
        modules: [],
        users: {},
        cwd: '/home/me',
        files: { '/home/me/x.conf': 'port 1\n', '/usr/local/libexec/valkey/valkey-server': { link: '/none' } },
      },
    );
    expect([plan.exitCode, exitCode]).toEqual([0, 0]);
    expect(plan.diagnostics.map(({ code, severity }: Record<string, string>) => `${code} ${severity}`).sort()).toEqual([
      'VB501 warning',
      'VB505 warning',
    ]);
  });
});

describe('plan for people', () => {
  it('prints the plan on standard output and diagnostics on standard error', () => {
    const { stdout, codes, exitCode } = tool(['plan', 'valkey-server'], {
      SEARCH_MODULE_ARGS: '--use-coordinator yes',
    });
    expect(stdout).toContain('--use-coordinator');
    expect([codes, exitCode]).toEqual([['VB401'], 0]);
  });
  it('prints the effective configuration', () => {
    const files = { '/x.conf': 'loadmodule /usr/lib/valkey/libsearch.so\n' };
    expect(tool(['plan', '/x.conf'], {}, { files }).stdout).toContain('include /x.conf\n');
  });
  it('lets nothing of the configuration act on the terminal', () => {
    const files = { '/x.conf': '# \u001b[2J\nloadmodule /usr/lib/valkey/libsearch.so --use-coordinator yes\n' };
    expect(tool(['plan', '/x.conf'], {}, { files }).stdout).not.toContain('\u001b');
  });
  it('of a refused start prints the diagnostic alone', () => {
    const { stdout, codes, exitCode } = tool(['plan', '/none.conf']);
    expect([stdout, codes, exitCode]).toEqual(['', ['VB101'], 66]);
  });
});

describe('plan --svg', () => {
  it('prints a picture on standard output and diagnostics on standard error', () => {
    const { stdout, codes, exitCode } = tool(['plan', '--svg', '--', 'valkey-server'], {
      SEARCH_MODULE_ARGS: '--use-coordinator yes',
    });
    expect(stdout).toMatch(/^<svg /);
    expect([codes, exitCode]).toEqual([['VB401'], 0]);
  });
  it.each([[['--svg', '--json']], [['--json', '--svg', '--', 'valkey-server']], [['--svg', '--', 'bash']]])(
    'refuses %j',
    (args) => {
      expect(tool(['plan', ...args])).toMatchObject({ stdout: '', codes: ['VB601'], exitCode: 64 });
    },
  );
  it('behind the command belongs to the command', () => {
    const files = { '/bin/none': { text: '\x7fELF', mode: 0o755 } };
    const { stdout } = tool(['plan', 'none', '--svg'], {}, { files });
    expect(stdout).toContain('is executed as it is');
  });
  it('of a refused start prints the diagnostic alone', () => {
    const { stdout, codes, exitCode } = tool(['plan', '--svg', '/none.conf']);
    expect([stdout, codes, exitCode]).toEqual(['', ['VB101'], 66]);
  });
});
