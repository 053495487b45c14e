import { describe, expect, it } from 'vitest';
import { fakeCluster } from '../../support/fake-cluster.ts';
import type { FakeCluster } from '../../support/fake-cluster-replies.ts';
import { runCluster } from '../../support/fake-start.ts';

describe('cluster verify-coordinator', () => {
  const verify = (cluster: FakeCluster) =>
    runCluster(cluster, ['verify-coordinator', '--nodes', 'a', '--timeout', '2']);
  const left = ({ servers }: FakeCluster) => servers.flatMap(({ indexes }) => indexes);

  it('is content where the index reaches all nodes, says that a stand-in cannot search, and leaves nothing', async () => {
    const cluster = fakeCluster('abc', 'abc');
    expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: ['VB735'] });
    expect(left(cluster)).toEqual([]);
  });
  it('fails where the index stays on one node, names the others, and leaves nothing', async () => {
    const cluster = fakeCluster('abc', 'abc');
    cluster.handsOn = false;
    const result = await verify(cluster);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB732'] });
    expect(result.stderr).toContain('is not on b:6379, c:6379');
    expect(left(cluster)).toEqual([]);
  });

  describe('where search searches', () => {
    const searching = (letters: string) => Object.assign(fakeCluster(letters, letters), { searches: true });
    const documents = ({ servers }: FakeCluster) => servers.flatMap((server) => server.documents);

    it('finds the document of each shard from all of them, and leaves nothing', async () => {
      const cluster = searching('abc');
      const result = await verify(cluster);
      expect(result).toMatchObject({ exitCode: 0, codes: [] });
      expect(result.stdout).toContain('a KNN query to each of 3 primaries finds the documents of all of them');
      expect([left(cluster), documents(cluster)]).toEqual([[], []]);
    });
    it('finds more documents than a search gives where it is not told how many', async () => {
      const result = await verify(searching('abcdef012345'));
      expect(result).toMatchObject({ exitCode: 0, codes: [] });
      expect(result.stdout).toContain('to each of 12 primaries');
    });
    it('has a document on a shard of a single slot, too', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers)
        server.slots = { a: '0-5460', b: '5461', c: '5462-16383' }[server.letter] ?? '';
      expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: [] });
      expect(cluster.commands.filter((line) => line.startsWith('b HSET'))).toHaveLength(1);
    });
    it('names the node whose query misses documents, and whose they are, and leaves nothing', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers) server.isAlone = server.letter === 'b';
      const result = await verify(cluster);
      expect(result).toMatchObject({ exitCode: 1, codes: ['VB733'] });
      expect(result.stderr).toContain('b:6379 does not find the documents of a:6379, c:6379');
      expect([left(cluster), documents(cluster)]).toEqual([[], []]);
    });
    it('waits for documents that are not found at once', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers) server.isAlone = true;
      cluster.tick = () => {
        for (const server of cluster.servers) server.isAlone = false;
      };
      expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: [] });
    });
  });

  it.each(['FT._LIST', 'FT.CREATE', 'FT.SEARCH', 'HSET'])(
    'fails where it may not %s, with the reason',
    async (denied) => {
      const cluster = Object.assign(fakeCluster('abc', 'abc'), { searches: true });
      for (const server of cluster.servers) server.denied = [denied];
      const result = await verify(cluster);
      expect([result.codes.at(0), result.exitCode]).toEqual(['VB716', 1]);
      expect(result.stderr).toContain(`${denied}: NOPERM`);
      expect(cluster.waiting.now()).toBe(0);
    },
  );
  it.each([
    ['unreachable', 'VB704'],
    ['password', 'VB705'],
    ['TLS', 'VB718'],
  ] as const)('is refused where another member has a trouble: %s: %s', async (trouble, code) => {
    const cluster = fakeCluster('abc', 'abc');
    for (const server of cluster.servers) if (server.letter === 'b') server.trouble = trouble;
    expect(await verify(cluster)).toMatchObject({ codes: [code], stderr: expect.stringContaining('b:6379: ') });
  });
  it('says which index an earlier run has left that it may not drop', async () => {
    const cluster = fakeCluster('abc', 'abc');
    const old = 'valkey-bundle:verify:1:abc';
    for (const server of cluster.servers) Object.assign(server, { indexes: [old], denied: [`FT.DROPINDEX ${old}`] });
    const result = await verify(cluster);
    expect(result.stderr).toContain(`VB734: ${old}: NOPERM`);
  });
  it('cleans up also where it is told to stop', async () => {
    const cluster = fakeCluster('abc', 'abc');
    cluster.handsOn = false;
    cluster.tick = () => cluster.stop();
    expect((await verify(cluster)).exitCode).toBe(143);
    expect(left(cluster)).toEqual([]);
  });
});
