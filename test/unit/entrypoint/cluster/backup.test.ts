import { describe, expect, it } from 'vitest';
import {
  backupName,
  backupsAmong,
  haveStayed,
  readCheck,
  readRecord,
  shardsOf,
  unfinishedAmong,
  unfinishedName,
} from '../../../../entrypoint/cluster/backup.ts';
import { clusterOf, three, viewOf } from '../../../support/cluster-view.ts';

const views = clusterOf(three);
const namesOf = (shards: ReturnType<typeof shardsOf>) =>
  typeof shards === 'string' ? shards : shards.map(({ name }) => name);

describe('the shards of a cluster', () => {
  it('are its primaries with slots, in the order of their slots', () => {
    const replica = { letter: 'd', flags: 'slave', primary: 'a' };
    const all = clusterOf([...three].reverse().concat([replica, { letter: 'e' }]));
    expect(namesOf(shardsOf(all, []))).toEqual(['a:6379', 'b:6379', 'c:6379']);
  });
  it('cannot be backed up while one does not answer, whoever else is silent', () => {
    expect(shardsOf(views.slice(0, 2), ['c:6379: connection refused'])).toBe(
      'c:6379 does not answer (c:6379: connection refused)',
    );
  });
  it('can be where only a node without slots is away', () => {
    const all = clusterOf([...three, { letter: 'd' }]).slice(0, 3);
    expect(namesOf(shardsOf(all, ['d:6379: connection refused']))).toHaveLength(3);
  });
  it.each([
    ['slots have no owner', [{ letter: 'a', slots: '0-5460' }], /nobody owns the slots 5461-16383/],
    [
      'slots have two',
      [
        { letter: 'a', slots: '0-16383' },
        { letter: 'b', slots: '7' },
      ],
      /two nodes own the slots 7/,
    ],
    [
      'a slot is on its way',
      [{ letter: 'a', slots: `0-16383 [7->-${'b'.repeat(40)}]` }, { letter: 'b' }],
      /a:6379: slot 7 is on its way/,
    ],
  ])('cannot be backed up while %s', (_, nodes, why) => {
    expect(shardsOf(clusterOf(nodes), [])).toMatch(why);
  });
});

describe('a backup fits together', () => {
  it('where the same nodes own the same slots before and after', () => {
    expect(haveStayed(views, clusterOf(three))).toBe(true);
  });
  it.each([
    [
      'slots have moved',
      clusterOf([{ letter: 'a', slots: '0-5461' }, { letter: 'b', slots: '5462-10922' }, ...three.slice(2)]),
    ],
    ['a node was restarted', [...views.slice(0, 2), viewOf('c', three, { runId: 'another' })]],
  ])('and not where %s', (_, after) => {
    expect(haveStayed(views, after)).toBe(false);
  });
});

describe('the names of backups', () => {
  it('sort as the time does', () => {
    expect(backupName('2026-11-29T14:55:12.345Z')).toBe('20261129T145512Z');
    const names = [
      '20261129T145512Z',
      'lost+found',
      '20270101T000000Z',
      unfinishedName('20261130T000000Z'),
      '.snapshot',
    ];
    expect(backupsAmong(names)).toEqual(['20270101T000000Z', '20261129T145512Z']);
    expect(unfinishedAmong(names)).toEqual(['.unfinished-20261130T000000Z']);
  });
});

const record = {
  version: 1,
  name: '20261129T145512Z',
  servers: ['9.1.2', '9.1.2'],
  modules: [{ name: 'search', version: 10002 }],
  shards: [
    {
      file: 'shard-0.rdb',
      bytes: 9,
      sha256: 'x',
      slots: '0-5 7 9-16383',
      node: 'a:6379',
      id: 'a',
      keys: 3,
      offset: null,
    },
  ],
};

describe('backup.json', () => {
  it('is read as it was written', () => {
    expect(readRecord(JSON.stringify(record))).toEqual(record);
  });
  it.each<[string, unknown]>([
    ['another version', { ...record, version: 2 }],
    ['no shards', { ...record, shards: [] }],
    ['a file that leads elsewhere', { ...record, shards: [{ ...record.shards[0], file: '../shard-0.rdb' }] }],
    ['slots that would be words of nodes.conf', { ...record, shards: [{ ...record.shards[0], slots: '0-5\n7' }] }],
    ['something else', []],
  ])('is refused with %s', (_, value) => {
    expect(readRecord(JSON.stringify(value))).toBe('its shape is not that of version 1');
  });
  it('is refused where it ends early', () => {
    expect(readRecord(JSON.stringify(record).slice(0, -1))).toBe('it is not JSON');
  });
});

it('valkey-check-rdb says how many keys a file has, and where in the stream it was taken', () => {
  const offset = "[offset 151] AUX FIELD repl-offset = '114'\n";
  const good = '[offset 4273] \\o/ RDB looks OK! \\o/\n[info] 100 keys read\n[info] 0 functions\n';
  expect(readCheck(offset + good)).toEqual({ keys: 100, offset: 114 });
  expect(readCheck(good)).toEqual({ keys: 100, offset: null });
  expect(readCheck('--- RDB ERROR DETECTED ---\n[info] 7 keys read\n')).toBeNull();
});
