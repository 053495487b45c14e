import { describe, expect, it } from 'vitest';
import type { Answer, ServerAt, Waiting } from '../../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { recordOfStart, tool, waitingTool } from '../../../support/fake-start.ts';
import { info } from '../../../support/probe-answers.ts';

/* What the probe leaves to the tool: words for what it heard, and asking over TLS and by a host name. */

const health = (...args: string[]) => tool(['health', ...args]);

describe('what the probe heard', () => {
  it('is put into the words of its level', () => {
    expect(health('--heard', '+PONG')).toMatchObject({ exitCode: 0, stdout: 'healthy\n', codes: [] });
    expect(health('--alive', '--heard', '-LOADING x')).toMatchObject({ exitCode: 0, stdout: 'alive (loading)\n' });
    expect(health('--joined', '--heard', '+PONG', info('fail', 3))).toMatchObject({
      exitCode: 0,
      stdout: 'joined (cluster_state:fail)\n',
    });
  });
  it('is refused with its reason', () => {
    const { exitCode, codes, stderr } = health('--heard', '!127.0.0.1:6379: Connection refused');
    expect([exitCode, codes]).toEqual([1, ['VB602']]);
    expect(stderr).toContain('PING: 127.0.0.1:6379: Connection refused');
  });
  it('is nothing', () => {
    expect(health('--heard')).toMatchObject({ exitCode: 1, codes: ['VB602'] });
  });
});

it.each([['--dead'], ['--alive', '--joined'], ['--cluster-ok', 'x']])(
  'health %s is a wrong command line',
  (...args) => {
    expect(health(...args)).toMatchObject({ exitCode: 64, codes: ['VB601'] });
  },
);

describe('the tool itself asks', () => {
  const tls = ['--tls-ca-cert-file', 'ca', '--tls-cert-file', '/crt', '--tls-key-file', '/key'];
  const addresses = ['10.0.0.5'];

  async function asks(started: readonly string[], answer: Answer, level: readonly string[] = []) {
    const asked: ServerAt[] = [];
    const commands: string[] = [];
    const waiting: Partial<Waiting> = {
      stopped: new AbortController().signal,
      lookup: async (name) => ({ own: ['10.0.0.9', '10.0.0.5'], other: ['10.0.0.9'] })[name] ?? [name],
      ask: async (at, sent) => {
        asked.push(at);
        commands.push(...sent.map((words) => words.join(' ')));
        return answer;
      },
    };
    const lastStart = recordOfStart(started, { addresses });
    // The tool asks for nothing else.
    const result = await waitingTool(['health', ...level], {}, { lastStart, addresses, waiting: waiting as Waiting });
    return { ...result, asked, commands };
  }
  const replies = [bytesOf('PONG'), bytesOf(info('ok', 3).slice(1))];
  const pong: Answer = { kind: 'replies', replies: [bytesOf('OK'), ...replies] };

  it('over TLS, with the files that the start had', async () => {
    const { asked, stdout } = await asks(['--port', '0', '--tls-port', '6380', '--requirepass', 'x', ...tls], pong);
    expect(stdout).toBe('healthy\n');
    const files = { caFile: '/data/ca', caDirectory: null, certFile: '/crt', keyFile: '/key', verifies: false };
    expect(asked).toEqual([{ ip: '127.0.0.1', port: 6380, login: [], tls: files }]);
  });
  it('by a host name, at the address that is this machine’s', async () => {
    const { asked, stdout } = await asks(['--bind', 'own', '--requirepass', 'x'], pong, ['--joined']);
    expect([stdout, asked]).toEqual(['joined\n', [{ ip: '10.0.0.5', port: 6379, login: [], tls: null }]]);
  });
  it('never by a host name that leads to another machine', async () => {
    const { asked, codes, stderr } = await asks(['--bind', 'other', '--requirepass', 'x'], pong);
    expect([asked, codes]).toEqual([[], ['VB602']]);
    expect(stderr).toContain('other is no address of this machine');
  });
  it('and takes what PING is answered, not what AUTH is, as the probe does', async () => {
    const started = ['--port', '0', '--tls-port', '6380', '--requirepass', 'x', ...tls];
    const wrong = { kind: 'error', message: 'ERR AUTH <password> called without any password configured' } as const;
    const ok = await asks(started, { kind: 'replies', replies: [wrong, ...replies] }, ['--cluster-ok']);
    expect(ok).toMatchObject({ stdout: 'cluster-ok\n', commands: ['AUTH x', 'PING', 'CLUSTER INFO'] });
    const loading = { kind: 'error', message: 'LOADING x' } as const;
    const loads = await asks(started, { kind: 'replies', replies: [wrong, loading] });
    expect(loads).toMatchObject({ exitCode: 1, codes: ['VB602'] });
  });
  it('and takes a refused connection for an answer, and none for none', async () => {
    const started = ['--port', '0', '--tls-port', '6380', ...tls];
    const refused = await asks(started, { kind: 'failed', what: 'refused', why: 'DENIED x' }, ['--joined']);
    expect(refused).toMatchObject({ exitCode: 0, stdout: 'joined\n' });
    const silent = await asks(started, { kind: 'failed', what: 'connection', why: 'connection refused' }, ['--alive']);
    expect(silent).toMatchObject({ exitCode: 1, codes: ['VB602'] });
  });
});
