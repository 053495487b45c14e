import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../../entrypoint/cluster/backup.ts';
import { readNodesConf } from '../../../../entrypoint/cluster/heal.ts';
import { readNodes } from '../../../../entrypoint/cluster/nodes.ts';
import { dataAmong, misfit, nodesConf, placesOf } from '../../../../entrypoint/cluster/restore.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';

const shards: BackupRecord['shards'] = ['0-5460', '5461-10922', '10923-16383'].map((slots, index) => ({
  file: `shard-${index}.rdb`,
  bytes: 100,
  sha256: `digest ${index}`,
  slots,
  node: 'n:6379',
  id: 'f'.repeat(40),
  keys: 7,
  offset: null,
}));
const record: BackupRecord = {
  version: 1,
  name: '20261129T145512Z',
  servers: ['9.0.4', '9.1.2'],
  modules: [{ name: 'bf', version: 1 }],
  shards,
};

describe('an image fits a backup', () => {
  it.each<[string, string, (string | null)[], RegExp | null]>([
    ['of the same line', '9.1.0', ['bf'], null],
    ['of a later one', '9.2.0', ['search', 'bf'], null],
    ['whose version is not known', 'unknown', ['bf'], null],
    ['with a module that has no manifest, which may be the one', '9.1.2', [null], null],
  ])('%s', (_, server, modules) => {
    expect(misfit(record, { server, modules })).toBeNull();
  });
  it.each([
    ['of an older line than the newest node', '9.0.6', ['bf'], /Valkey 9\.1\.2, and this server is 9\.0\.6/],
    ['without a module that was loaded', '9.1.2', ['search'], /with bf, which would not be loaded here/],
  ])('but not one %s', (_, server, modules, why) => {
    expect(misfit(record, { server, modules })).toMatch(why);
  });
});

const persistence = {
  appendonly: true,
  dbfilename: 'dump.rdb',
  appenddirname: 'appendonlydir',
  appendfilename: 'a.aof',
} as const;

describe('the file of a shard', () => {
  it('becomes the base of the append-only directory where the server reads that alone', () => {
    expect(placesOf(persistence)).toEqual({
      directory: 'appendonlydir',
      file: 'a.aof.1.base.rdb',
      manifest: { file: 'a.aof.manifest', text: 'file a.aof.1.base.rdb seq 1 type b\n' },
    });
  });
  it('becomes the dump elsewhere', () => {
    expect(placesOf({ ...persistence, appendonly: false })).toEqual({
      directory: null,
      file: 'dump.rdb',
      manifest: null,
    });
  });
});

it('a data directory has keys in its dump or its append-only files, and in nothing else', () => {
  const names = ['lost+found', 'nodes.conf', 'dump.rdb', 'appendonlydir', 'a.aof', 'nodes.conf.before-refresh'];
  expect(dataAmong(names, persistence)).toEqual(['dump.rdb', 'appendonlydir', 'a.aof']);
});

describe('nodes.conf of a restored node', () => {
  const nodes = ['n0.valkey', 'n1.valkey', '10.0.0.3', 'n3.valkey'].map((host) => ({ host, port: 7000 }));
  const texts = shards.map((_, own) => nodesConf(shards, nodes, own));
  const rowsOf = (text = '') => readNodes(text.replace(/^vars.*$/m, '')) ?? [];
  it('has one node for each shard, with its slots, an epoch of its own, and the same id on every node', () => {
    const seen = texts.map((text) => rowsOf(text).map(({ id, epoch, slots }) => ({ id, epoch, slots })));
    expect(seen[0]?.map(({ epoch, slots }) => [epoch, slots])).toEqual([
      [1, [[0, 5460]]],
      [2, [[5461, 10_922]]],
      [3, [[10_923, 16_383]]],
    ]);
    expect(new Set(seen.map((rows) => JSON.stringify(rows))).size).toBe(1);
    expect(new Set(seen[0]?.map(({ id }) => id)).size).toBe(3);
  });
  it('says which of them it is', () => {
    expect(texts.map((text) => rowsOf(text).findIndex(({ flags }) => flags.includes('myself')))).toEqual([0, 1, 2]);
  });
  it('names the others, so that the start looks up where they are', () => {
    expect(readNodesConf(bytesOf(texts[1] ?? ''))).toMatchObject({
      peers: [{ host: 'n0.valkey', ip: '', port: 7000, busPort: 17_000, flags: ['master', 'noaddr'] }],
    });
    expect(rowsOf(texts[1])[2]).toMatchObject({ ip: '10.0.0.3', port: 7000, flags: ['master'] });
  });
  it('has other ids for other nodes, and for another backup', () => {
    const [first] = rowsOf(texts[0]);
    const elsewhere = nodes.map(({ host, port }) => ({ host: `${host}.staging`, port }));
    expect(rowsOf(nodesConf(shards, elsewhere, 0))[0]?.id).not.toBe(first?.id);
    const later = shards.map((shard) => ({ ...shard, sha256: 'another' }));
    expect(rowsOf(nodesConf(later, nodes, 0))[0]?.id).not.toBe(first?.id);
  });
});
