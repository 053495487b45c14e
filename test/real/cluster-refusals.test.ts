import { beforeAll, describe, expect, it } from 'vitest';
import type { Ran } from '../../scripts/lib/engine.ts';
import { type ClusterNode, named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();
let fresh: ClusterNode[] = [];
let other: ClusterNode[] = [];
let single: ClusterNode;
let holder: ClusterNode;

beforeAll(async () => {
  const make = (names: readonly string[], first: number) =>
    Promise.all(names.map((name, index) => network.node(name, { host: first + index })));
  const alone = ['--cluster-enabled', 'no'];
  [fresh, other, single, holder] = await Promise.all([
    make(['f1', 'f2', 'f3'], 11),
    makeUneven(),
    network.node('single', { host: 21, args: alone }),
    network.node('holder', { host: 22, args: alone }),
  ]);
  await untilUp([...fresh, ...other, single, holder]);
  expect(await holder.cli('SET', 'key', 'value')).toBe('OK');
  await holder.remove();
  holder = await holder.again({ args: [] });
  await untilUp([holder]);
  expect((await network.tool('cluster', 'ensure', '--nodes', named(other))).exitCode).toBe(0);
});

/** Three nodes whose search modules are not alike: the third has no coordinator. */
function makeUneven(): Promise<ClusterNode[]> {
  const options = [
    '--use-coordinator --reader-threads 2',
    '--use-coordinator --reader-threads 3',
    '--reader-threads 2',
  ];
  const args = ['--enable-module-command', 'local'];
  return Promise.all(
    options.map((text, index) =>
      network.node(`o${index + 1}`, { host: 31 + index, args, env: { SEARCH_MODULE_ARGS: text } }),
    ),
  );
}

/** What a node is: everything that `cluster ensure` could change. */
async function stateOf(node: ClusterNode): Promise<string> {
  const rows = await node.cli('CLUSTER', 'NODES');
  const epoch = /cluster_current_epoch:\d+/.exec(await node.cli('CLUSTER', 'INFO'))?.[0];
  const nodes = rows.split('\n').map((row) =>
    row
      .split(' ')
      .filter((_, place) => place !== 4 && place !== 5)
      .join(' '),
  );
  return [...nodes.sort(), epoch, await node.cli('DBSIZE')].join('\n');
}

/** Runs `cluster ensure`, and expects this refusal and that nothing changed on any of the nodes. */
async function refuses(code: string, nodes: readonly ClusterNode[], env = {}): Promise<Ran> {
  const before = await Promise.all(nodes.map(stateOf));
  const result = await network.toolWith(env, 'cluster', 'ensure', '--nodes', named(nodes), '--timeout', '10');
  expect(result).toMatchObject({ stderr: expect.stringContaining(`error ${code}`), stdout: '' });
  expect(result.exitCode).toBeGreaterThan(0);
  expect(await Promise.all(nodes.map(stateOf))).toEqual(before);
  return result;
}

describe('cluster ensure changes nothing', () => {
  it('where fewer than three nodes are named', () => refuses('VB701', fresh.slice(0, 2)));
  it('where one node is named by its name and its address', async () => {
    const names = `${named(fresh)},${fresh[0]?.ip}:6379`;
    const result = await network.tool('cluster', 'ensure', '--nodes', names);
    expect(result.stderr).toMatch(/VB702: f1:6379 and 10\.\S+ are one node/);
  });
  it('where a name does not resolve', async () => {
    const result = await network.tool(
      'cluster',
      'ensure',
      '--nodes',
      `${named(fresh.slice(0, 2))},nosuch`,
      '--timeout',
      '5',
    );
    expect(result).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('VB703: nosuch:6379') });
  });
  it('where nobody listens', async () => {
    const result = await network.tool('cluster', 'ensure', '--nodes', `f1,f2,f3:7000`, '--timeout', '5');
    expect(result).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('VB704: f3:7000') });
  });
  it('where a node runs without cluster mode', async () => {
    const result = await network.tool('cluster', 'ensure', '--nodes', named([...fresh.slice(0, 2), single]));
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('VB706: single:6379') });
  });
  it('where a node holds data', async () => {
    const { stderr } = await refuses('VB708', [...fresh.slice(0, 2), holder]);
    expect(stderr).toContain('holder:6379 is in no cluster and holds 1 keys');
  });
  it('where one node belongs to another cluster', () => refuses('VB707', [...fresh.slice(0, 2), ...other.slice(0, 1)]));
});

describe('cluster check', () => {
  it('names the nodes whose modules have other arguments, and what they have', async () => {
    const { exitCode, stdout, stderr } = await network.tool('cluster', 'check', '--nodes', 'o1', '--timeout', '0');
    expect([exitCode, stderr.includes('VB720: failed: modules')]).toEqual([1, true]);
    expect(stdout).toMatch(/o2:6379 has search with ".*--reader-threads 3", o1:6379 with ".*--reader-threads 2"/);
    expect(stdout).toMatch(/o3:6379 has search with "--reader-threads 2"/);
    expect(stdout).toMatch(/^ok {3}slots/m);
  });
});

describe('cluster verify-coordinator', () => {
  it('fails where the module does not hand indexes on, names the nodes, and leaves nothing', async () => {
    const result = await network.tool('cluster', 'verify-coordinator', '--nodes', 'o3', '--timeout', '6');
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('VB732: the index made on o3:6379 is not on o1:6379, o2:6379');
    expect(await Promise.all(other.map((node) => node.cli('FT._LIST')))).toEqual(['', '', '']);
  });
  it('fails where one node does not take indexes, and names it', async () => {
    const result = await network.tool('cluster', 'verify-coordinator', '--nodes', 'o1', '--timeout', '6');
    expect(result.stderr).toContain('VB732: the index made on o1:6379 is not on o3:6379');
    expect(await Promise.all(other.map((node) => node.cli('FT._LIST')))).toEqual(['', '', '']);
  });
  it('fails where a node has no search', async () => {
    expect(await other[2]?.cli('MODULE', 'UNLOAD', 'search')).toBe('OK');
    const result = await network.tool('cluster', 'verify-coordinator', '--nodes', 'o1', '--timeout', '6');
    expect(result.stderr).toContain('VB731: o3:6379 does not know FT._LIST');
  });
});

describe('passwords', () => {
  it('that are wrong on one node are refused, and the node is named', async () => {
    for (const [index, node] of fresh.entries())
      await node.cli('CONFIG', 'SET', 'requirepass', index === 2 ? 'another' : 'right');
    const args = ['cluster', 'ensure', '--nodes', named(fresh)];
    const result = await network.toolWith({ VALKEY_PASSWORD: 'right' }, ...args);
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('VB705: f3:6379: WRONGPASS') });
    expect(result.stderr).not.toContain('right');
    const state = await fresh[0]?.exec('valkey-cli', '--no-auth-warning', '-a', 'right', 'CLUSTER', 'INFO');
    expect(state?.stdout).toContain('cluster_known_nodes:1');
  });
  it('that are missing are refused', async () => {
    const result = await network.tool('cluster', 'ensure', '--nodes', named(fresh));
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('VB705: f1:6379: NOAUTH') });
  });
  it('that are given where a node has none are refused', async () => {
    const result = await network.toolWith({ VALKEY_PASSWORD: 'right' }, 'cluster', 'ensure', '--nodes', named(other));
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('VB705: o1:6379') });
  });
});

describe('slots that nobody owns', () => {
  it('are reported, and not given out, where a node holds keys', async () => {
    expect(await other[0]?.cli('SET', 'key:{b}', 'value')).toBe('OK');
    expect(await other[0]?.cli('CLUSTER', 'DELSLOTS', '0')).toBe('OK');
    const { stderr } = await refuses('VB709', other);
    expect(stderr).toContain('nobody owns the slots 0');
  });
});
