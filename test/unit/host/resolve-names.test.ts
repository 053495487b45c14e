import { describe, expect, it } from 'vitest';
import { fakeCluster } from '../../support/fake-cluster.ts';
import type { FakeCluster } from '../../support/fake-cluster-replies.ts';
import { waitingTool } from '../../support/fake-start.ts';

/** Nodes a and b, which are at 10.0.0.10 and 10.0.0.11; what nodes.conf has is said by each test. */
const ask = (cluster: FakeCluster, ...words: string[]) =>
  waitingTool(['resolve', '--confirm', '12000', ...words], {}, { waiting: cluster.waiting });
const unreachable = (cluster: FakeCluster) => {
  for (const server of cluster.servers) server.trouble = 'unreachable';
  return cluster;
};
const asKnown = ['a=10.0.0.10@16379', 'b=10.0.0.11@16379'];

describe('resolve with --confirm ends', () => {
  it('at once where a node listens where it was', async () => {
    const cluster = fakeCluster('ab');
    const [first] = cluster.servers;
    if (first !== undefined) first.trouble = 'unreachable';
    expect(await ask(cluster, ...asKnown)).toMatchObject({ exitCode: 0, codes: [] });
    expect(cluster.waiting.now()).toBe(0);
  });
  it('at once where one name leads to another address: the others may be on their way too', async () => {
    const cluster = unreachable(fakeCluster('ab'));
    const { exitCode, stdout } = await ask(cluster, 'a=10.0.0.99@16379', 'b=10.0.0.11@16379');
    expect([exitCode, stdout, cluster.waiting.now()]).toEqual([0, 'a 10.0.0.10\nb 10.0.0.11\nsure\n', 0]);
  });
  it('as soon as a name that led to an old address leads to another one', async () => {
    const cluster = unreachable(fakeCluster('ab'));
    cluster.tick = () => void (cluster.waiting.now() >= 5000 && cluster.hosts.set('b', ['10.0.0.77']));
    const { exitCode, stdout, codes } = await ask(cluster, ...asKnown);
    expect([exitCode, codes]).toEqual([0, ['VB754']]);
    expect(stdout).toBe('a 10.0.0.10\nb 10.0.0.11\nb 10.0.0.77\nsure\n');
    expect(cluster.waiting.now()).toBeLessThan(6000);
  });
  it('as soon as a node begins to listen where it was', async () => {
    const cluster = unreachable(fakeCluster('ab'));
    cluster.tick = () => {
      if (cluster.waiting.now() >= 1000) for (const server of cluster.servers) delete server.trouble;
    };
    expect(await ask(cluster, ...asKnown)).toMatchObject({ exitCode: 0 });
    expect(cluster.waiting.now()).toBeLessThan(2000);
  });
  it('at once where the address of a node is not known, and its name leads to one', async () => {
    const cluster = unreachable(fakeCluster('ab'));
    expect(await ask(cluster, 'a=@16379')).toMatchObject({ exitCode: 0, stdout: 'a 10.0.0.10\nsure\n', codes: [] });
  });
  it('with 75 when the time is up', async () => {
    const cluster = unreachable(fakeCluster('ab'));
    expect(await ask(cluster, ...asKnown, 'nosuch=@16379')).toMatchObject({
      exitCode: 75,
      codes: ['VB754'],
      stdout: 'a 10.0.0.10\nb 10.0.0.11\n',
    });
    expect(cluster.waiting.now()).toBeGreaterThanOrEqual(12_000);
    expect(cluster.waiting.now()).toBeLessThan(13_000);
  });
});

it('resolve prints the addresses of the names that have some', async () => {
  const { waiting } = fakeCluster('ab');
  expect(await waitingTool(['resolve', 'a', 'nosuch', 'b'], {}, { waiting })).toMatchObject({
    exitCode: 0,
    stdout: 'a 10.0.0.10\nb 10.0.0.11\n',
  });
});
it('resolve without --confirm asks no node', async () => {
  const cluster = unreachable(fakeCluster('ab'));
  expect(await waitingTool(['resolve', ...asKnown], {}, { waiting: cluster.waiting })).toMatchObject({
    exitCode: 0,
    stdout: 'a 10.0.0.10\nb 10.0.0.11\n',
    codes: [],
  });
});
it.each([['a=10.0.0.1'], ['a=10.0.0.1@x'], ['--confirm', 'x'], ['--confirm']])(
  'resolve %j is a wrong command line',
  async (...words) => {
    const { waiting } = fakeCluster('a');
    expect(await waitingTool(['resolve', ...words], {}, { waiting })).toMatchObject({ codes: ['VB601'], exitCode: 64 });
  },
);
