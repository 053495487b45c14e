import { describe, expect, it } from 'vitest';
import { knnAcrossShards } from '../../../scripts/verify/knn.ts';

const patience = { boundMs: 40, everyMs: 5 };

interface Fault {
  /** Nodes that never hear of the index. */
  readonly deaf?: readonly number[];
  /** Nodes that search in their own shard alone, as without a coordinator. */
  readonly alone?: readonly number[];
  /** Everything lands on the first shard. */
  readonly unspread?: boolean;
  /** How many searches find only half of what is there. */
  readonly slow?: number;
  /** How many answers come before the index is known everywhere. */
  readonly lag?: number;
}

/** A cluster of three that knows the few commands that the check uses. Documents lie on the shards in turn. */
function cluster({ deaf = [], alone = [], unspread = false, slow = 0, lag = 0 }: Fault = {}) {
  const shards: string[][] = [[], [], []];
  let hasIndex = false;
  let asked = 0;
  let searched = 0;
  return shards.map((own, at) => ({
    cli: async (...command: readonly string[]): Promise<string> => {
      const [name] = command;
      if (name === 'FT.CREATE') hasIndex = true;
      if (name === 'FT._LIST') {
        asked += 1;
        return hasIndex && !deaf.includes(at) && asked > lag ? 'verify:index' : '';
      }
      if (name === 'DBSIZE') return String(own.length);
      if (name === 'FT.SEARCH') {
        searched += 1;
        const found = alone.includes(at) ? own : shards.flat();
        return found.slice(0, searched > slow ? found.length : 15).join('\n');
      }
      return 'OK';
    },
    read: async (): Promise<string> => {
      for (let n = 1; n <= 30; n++) shards[unspread ? 0 : n % 3]?.push(`verify:knn:${n}`);
      return '';
    },
  }));
}

it('passes where every node finds the documents of all shards', async () => {
  expect(await knnAcrossShards(cluster(), patience)).toContain('30 documents on 3 shards (10, 10, 10)');
});

it('takes an error of a node that is not ready as no answer yet', async () => {
  const nodes = cluster().map((node, at) => {
    let refused = at !== 1;
    const cli: typeof node.cli = async (...command) => {
      if (command[0] !== 'FT.SEARCH' || refused) return node.cli(...command);
      refused = true;
      throw new Error('not ready');
    };
    return { ...node, cli };
  });
  expect(await knnAcrossShards(nodes, patience)).toContain('30 documents');
});

it('waits for documents that are not indexed yet', async () => {
  expect(await knnAcrossShards(cluster({ slow: 2 }), patience)).toContain('30 documents');
});

it('waits for an index that takes its time to become known', async () => {
  expect(await knnAcrossShards(cluster({ lag: 2 }), patience)).toContain('30 documents');
});

describe('fails', () => {
  it.each<[string, Fault]>([
    ['where a node does not know the index', { deaf: [2] }],
    ['where the first node finds its own documents alone', { alone: [0] }],
    ['where the last node finds its own documents alone', { alone: [2] }],
    ['where the documents are all on one shard, so that nothing is proved', { unspread: true }],
  ])('%s', async (_, fault) => {
    await expect(knnAcrossShards(cluster(fault), patience)).rejects.toMatchObject({ name: 'CheckFailed' });
  });

  it('with one node', async () => {
    await expect(knnAcrossShards(cluster().slice(0, 1), patience)).rejects.toMatchObject({ name: 'CheckFailed' });
  });
});
