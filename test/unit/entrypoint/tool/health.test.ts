import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../entrypoint/diagnostics/diagnostic.ts';
import type { Answer, ServerAt, Waiting } from '../../../../entrypoint/host/host.ts';
import { asBytes, bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { judge, type Level, readHeard } from '../../../../entrypoint/tool/health.ts';
import { recordOfStart, tool, waitingTool } from '../../../support/fake-start.ts';
import { answers, denied, disabled, info } from '../../../support/probe-answers.ts';

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

  async function asks(
    started: readonly string[],
    answer: Answer | ((at: ServerAt) => Answer),
    level: readonly string[] = [],
  ) {
    const asked: ServerAt[] = [];
    const commands: string[] = [];
    const waiting: Partial<Waiting> = {
      stopped: new AbortController().signal,
      lookup: async (name) => ({ own: ['10.0.0.9', '10.0.0.5'], other: ['10.0.0.9'] })[name] ?? [name],
      ask: async (at, sent) => {
        asked.push(at);
        commands.push(...sent.map((words) => words.join(' ')));
        return typeof answer === 'function' ? answer(at) : answer;
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
  it('without its files where they do not fit each other any more: a running server has read them before', async () => {
    const started = ['--port', '0', '--tls-port', '6380', '--requirepass', 'x', ...tls];
    const broken = (why: string): Answer => ({ kind: 'failed', what: 'tls', why });
    const withoutFiles = await asks(started, ({ tls: files }) =>
      files?.certFile === null ? pong : broken('key values mismatch'),
    );
    expect(withoutFiles).toMatchObject({ exitCode: 0, stdout: 'healthy\n' });
    expect(withoutFiles.asked).toHaveLength(2);
    const never = await asks(started, broken('certificate required'), ['--alive']);
    expect(never).toMatchObject({ exitCode: 1, codes: ['VB602'] });
  });
  it('by a host name, at the address that is this machine’s', async () => {
    const { asked, stdout } = await asks(['--bind', 'own', '--requirepass', 'x'], pong, ['--joined']);
    expect([stdout, asked]).toEqual(['joined\n', [{ ip: '10.0.0.5', port: 6379, login: [], tls: null }]]);
  });
  it('never by a host name that leads to another machine', async () => {
    const { asked, codes, stderr } = await asks(['--bind', 'other', '--requirepass', 'x'], pong);
    expect([asked, codes]).toEqual([[], ['VB602']]);
    expect(stderr).toContain('other is not an address of this machine');
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

describe('what answers mean', () => {
  /** What a probe says to answers as they come over the wire, or the code of its refusal. */
  function said(level: Level, ping: string, cluster: string | null = null, nodesConf: string | null = null): string {
    const host = {
      readConf: () =>
        nodesConf === null ? ({ kind: 'missing' } as const) : ({ kind: 'text', text: asBytes(nodesConf) } as const),
    };
    try {
      return judge(
        level,
        readHeard(ping),
        cluster === null ? null : readHeard(cluster),
        host,
        nodesConf === null ? null : '/nodes.conf',
      );
    } catch (error) {
      if (error instanceof Refusal) return error.diagnostic.code;
      throw error;
    }
  }

  describe.each(answers)('$ping', ({ ping, healthy, alive }) => {
    it('means that to the two that ask for no cluster', () => {
      expect([said('healthy', ping), said('alive', ping)]).toEqual([healthy ? 'healthy' : 'VB602', alive]);
    });
    it('means the same to --joined, but for MISCONF, with which others can be served', () => {
      const serves = healthy || ping.startsWith('-MISCONF');
      expect(said('joined', ping, info('ok', 3))).toBe(serves ? 'joined' : 'VB602');
    });
  });

  describe('--joined', () => {
    it.each([
      [info('ok', 12), 'joined'],
      [info('fail', 3), 'joined (cluster_state:fail)'],
      [info('ok', 3, { failed: 5461 }), 'joined'],
      [info('ok', 1), 'VB603'],
      [disabled, 'joined'],
      [denied, 'joined'],
      ["-ERR unknown command 'CLUSTER'", 'joined'],
      ['-LOADING x', 'VB602'],
      ['$nothing of the kind', 'VB602'],
      ['!no answer in 3 s', 'VB602'],
    ])('%j: %s', (cluster, expected) => {
      expect(said('joined', '+PONG', cluster)).toBe(expected);
    });

    describe('of a node that does not let us ask', () => {
      const own = `${'a'.repeat(40)} :0@0 myself,master - 0 0 0 connected\n`;
      const other = `${'b'.repeat(40)} 10.0.0.2:6379@16379 master - 0 0 1 connected\n`;
      const vars = 'vars currentEpoch 1 lastVoteEpoch 0\n';
      it.each([denied, "-ERR unknown command 'CLUSTER'", '-NOAUTH Authentication required.'])(
        'is that of its nodes.conf: %s',
        (cluster) => {
          expect(said('joined', '+PONG', cluster, own + other + vars)).toBe('joined');
          expect(said('joined', '+PONG', cluster, own + vars)).toBe('VB603');
        },
      );
      it('is not known where nodes.conf cannot be read', () => {
        const host = { readConf: () => ({ kind: 'missing' }) as const };
        expect(() => judge('joined', readHeard('+PONG'), readHeard(denied), host, '/nodes.conf')).toThrow(Refusal);
      });
    });
  });

  it.each([
    [info('ok', 3), 'cluster-ok'],
    [info('fail', 3), 'VB720'],
    [info('ok', 3, { failed: 5461 }), 'VB720'],
    [info('ok', 3, { assigned: 16383 }), 'VB720'],
    [disabled, 'VB706'],
    [denied, 'VB716'],
    ['!closed', 'VB602'],
  ])('--cluster-ok, %j: %s', (cluster, expected) => {
    expect(said('cluster-ok', '+PONG', cluster)).toBe(expected);
  });
});
