import { describe, expect, it } from 'vitest';
import { asBytes } from '../../../entrypoint/bytes.ts';
import { Refusal } from '../../../entrypoint/diagnostics.ts';
import { judge, type Level, readHeard } from '../../../entrypoint/health.ts';
import { answers, denied, disabled, info } from '../../support/probe-answers.ts';

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
