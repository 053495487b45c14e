import { beforeAll, describe, expect, it } from 'vitest';
import { outputOf, type Ran } from '../../scripts/lib/engine.ts';
import { type ClusterNode, named, untilState, useClusterNetwork } from '../support/cluster-network.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
const coordinator = { env: { SEARCH_MODULE_ARGS: '--use-coordinator --reader-threads 2' } };
let nodes: ClusterNode[] = [];
let runs: Ran[] = [];

/** The cluster's state as each node says it at this moment. */
const states = async () => {
  const infos = await Promise.all(nodes.map((node) => node.cli('CLUSTER', 'INFO')));
  return infos.map((info) => /cluster_state:(\w+)/.exec(info)?.[1]);
};

beforeAll(async () => {
  nodes = await Promise.all(
    ['n1', 'n2', 'n3'].map((name, index) => network.node(name, { ...coordinator, host: 11 + index })),
  );
  // The names in two orders: whoever comes second must still find the first.
  runs = await Promise.all([
    network.tool('cluster', 'ensure', '--nodes', 'n1:6379,n2:6379,n3:6379'),
    network.tool('cluster', 'ensure', '--nodes', 'n3,n2,n1'),
  ]);
});

describe('two runs of cluster ensure at once, on three fresh nodes', () => {
  it('both end well, and one of them has made the cluster', () => {
    expect(runs.map(({ exitCode, stderr }) => (exitCode === 0 ? 0 : stderr))).toEqual([0, 0]);
    expect(runs.filter(({ stderr }) => stderr.includes('Performing hash slots allocation'))).toHaveLength(1);
  });
  it('leave a cluster in which every node owns a third and knows the others by name', async () => {
    expect(await states()).toEqual(['ok', 'ok', 'ok']);
    const rows = await until('the first knows all names', async () => {
      const seen = (await nodes[0]?.cli('CLUSTER', 'NODES'))?.split('\n').map((line) => line.split(' ')) ?? [];
      const names = seen.map(([, address = '']) => address.split(',')[1]).sort();
      return names.join() === 'n1,n2,n3' ? seen : undefined;
    });
    expect(rows.map((words) => words.at(-1)).sort()).toEqual(['0-5460', '10923-16383', '5461-10922']);
  });
  it('leave no key and no connection behind', async () => {
    for (const node of nodes) {
      expect(await node.cli('DBSIZE')).toBe('0');
      expect(await node.cli('CLIENT', 'LIST')).not.toContain('valkey-bundle');
    }
  });
});

describe('cluster ensure on a healthy cluster', () => {
  it('sends nothing but questions', async () => {
    for (const node of nodes) await node.cli('CONFIG', 'RESETSTAT');
    const { exitCode, stdout } = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect([exitCode, stdout.includes('plan:')]).toEqual([0, false]);
    const seen = await Promise.all(nodes.map((node) => node.cli('INFO', 'commandstats')));
    const commands = seen.flatMap((info) => [...info.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name));
    const questions = [
      'cluster|info',
      'cluster|links',
      'cluster|nodes',
      'config|resetstat',
      'exec',
      'exists',
      'info',
      'multi',
    ];
    expect([...new Set(commands)].sort()).toEqual(questions);
  });
  it('changes nothing in nodes.conf', async () => {
    const read = () => Promise.all(nodes.map(async (node) => (await node.exec('cat', '/data/nodes.conf')).stdout));
    const before = await read();
    await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect(await read()).toEqual(before);
  });
});

it('a run that waits ends at once when its container is stopped, also as process 1', async () => {
  const job = await network.job('cluster', 'ensure', '--nodes', 'n1,n2,nosuch');
  await until('it waits', async () => ((await outputOf(job)).stderr.includes('waiting for nosuch') ? true : undefined));
  await job.kill({ signal: 'SIGTERM' });
  expect((await job.wait()).StatusCode).toBe(143);
});

describe('cluster check', () => {
  it('is green from outside, and inside a container without any option', async () => {
    const outside = await network.tool('cluster', 'check', '--nodes', 'n2');
    const inside = await nodes[0]?.exec('valkey-bundle', 'cluster', 'check');
    expect([outside.exitCode, inside?.exitCode]).toEqual([0, 0]);
    expect(outside.stdout).toContain('coordinator of 3 nodes can be reached from here');
  });
  it('tells the same as data', async () => {
    const { stdout } = await network.tool('cluster', 'check', '--nodes', 'n2', '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ version: 1, ok: true });
    expect(report.nodes.map(({ slots }: { slots: number }) => slots).sort()).toEqual([5461, 5461, 5462]);
  });
});

describe('cluster verify-coordinator', () => {
  it('sees the index on all nodes, says that a stand-in does not search, and leaves nothing', async () => {
    const { exitCode, stdout, stderr } = await network.tool('cluster', 'verify-coordinator', '--nodes', 'n1');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('is on all 3 nodes');
    expect(stderr).toContain('VB735');
    for (const node of nodes) expect([await node.cli('FT._LIST'), await node.cli('DBSIZE')]).toEqual(['', '0']);
  });
});

describe('a cluster whose nodes all get new addresses at once', () => {
  const plain = ['/usr/local/libexec/valkey/valkey-server', '--protected-mode', 'no'];
  const healing = ['bundle-docker-entrypoint', 'valkey-server'];
  const restart = async (entrypoint: readonly string[], hosts: readonly number[], args: readonly string[] = []) => {
    // All are gone before the first one comes back: an address may be another node's now.
    await Promise.all(nodes.map((node) => node.remove()));
    nodes = await Promise.all(nodes.map((node, index) => node.again({ entrypoint, args, host: hosts[index] ?? 0 })));
  };
  const rowsOf = async (node: ClusterNode) => {
    const rows = (await node.cli('CLUSTER', 'NODES')).split('\n').map((line) => line.split(' '));
    return rows.filter(([, , flags = 'myself']) => !flags.includes('myself'));
  };
  const untilLost = () =>
    until('every node says that it has lost the others', async () => {
      const rows = (await Promise.all(nodes.map(rowsOf))).flat();
      return rows.length === 6 && rows.every(([, , flags]) => /fail|noaddr/.test(flags ?? '')) ? true : undefined;
    });
  /** As it is at the moment when cluster ensure has said that it is. */
  const expectWhole = async () => {
    expect(await states()).toEqual(['ok', 'ok', 'ok']);
    const values = await Promise.all(nodes.map((node) => node.cli('-c', 'GET', 'key')));
    expect(values).toEqual(['value', 'value', 'value']);
    expect((await network.tool('cluster', 'check', '--nodes', named(nodes), '--timeout', '0')).exitCode).toBe(0);
  };

  it('does not find itself without healing', async () => {
    expect(await nodes[0]?.cli('-c', 'SET', 'key', 'value')).toBe('OK');
    await restart(plain, [31, 32, 33]);
    await untilLost();
    const rows = await Promise.all(nodes.slice(0, 1).map(rowsOf));
    expect(rows.flat().map(([, where = '']) => /\.(\d+):6379@/.exec(where)?.[1])).toEqual(
      expect.arrayContaining(['12', '13']),
    );
  });

  it('comes back with all slots and data where the entrypoint heals it', async () => {
    await restart(healing, [41, 42, 43]);
    await untilState(nodes, 'ok');
    expect(await nodes[1]?.cli('-c', 'GET', 'key')).toBe('value');
    const logs = await Promise.all(nodes.map((node) => node.log()));
    expect(logs.some((log) => log.includes('VB751'))).toBe(true);
    const { exitCode } = await network.tool('cluster', 'check', '--nodes', named(nodes));
    expect(exitCode).toBe(0);
  });

  it('comes back where every node gets the address that another one had', async () => {
    await restart(healing, [42, 43, 41]);
    await untilState(nodes, 'ok');
    expect(await nodes[2]?.cli('-c', 'GET', 'key')).toBe('value');
  });

  it('is put together again by cluster ensure where it was not healed', async () => {
    await restart(plain, [51, 52, 53]);
    await untilLost();
    const result = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('CLUSTER MEET') });
    await expectWhole();
  });

  it('is not taken for whole while every node says ok and hears nobody, and is put together once they know', async () => {
    // From 2 s after its start (CLUSTER_WRITABLE_DELAY) a node says ok, for as long as its node timeout does not tell it better.
    await restart(plain, [61, 62, 63], ['--cluster-node-timeout', '600000']);
    await untilState(nodes, 'ok');
    const early = await network.tool('cluster', 'check', '--nodes', named(nodes), '--timeout', '0');
    expect([early.exitCode, early.stdout.match(/^FAIL \w+/gm)]).toEqual([1, ['FAIL links']]);
    const given = await network.tool('cluster', 'ensure', '--nodes', named(nodes), '--timeout', '3');
    expect(given).toMatchObject({ exitCode: 75, stdout: '', stderr: expect.stringContaining('VB711') });
    expect(await states()).toEqual(['ok', 'ok', 'ok']);

    for (const node of nodes) await node.cli('CONFIG', 'SET', 'cluster-node-timeout', '1500');
    const result = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('CLUSTER MEET') });
    await expectWhole();
  });

  it('is whole when cluster ensure says so, also where it was asked from the start of the nodes', async () => {
    await restart(plain, [71, 72, 73]);
    expect((await network.tool('cluster', 'ensure', '--nodes', named(nodes))).exitCode).toBe(0);
    await expectWhole();
  });
});
