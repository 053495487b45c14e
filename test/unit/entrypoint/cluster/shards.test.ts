import { describe, expect, it } from 'vitest';
import { assignReplicas } from '../../../../entrypoint/cluster/shards.ts';
import type { View } from '../../../../entrypoint/cluster/view.ts';
import { clusterOf, type FakeNode, fresh, plan, three } from '../../../support/cluster-view.ts';

/** Each node on its machine: `a: 1` is node a on machine 1. */
type Machines = Readonly<Record<string, number>>;

const on = (machines: Machines, views: readonly View[]): View[] =>
  views.map((view) => ({ ...view, machine: String(machines[view.name.charAt(0)] ?? view.machine) }));
const freshOn = (machines: Machines): View[] =>
  on(
    machines,
    Object.keys(machines).map((letter) => fresh(letter)),
  );
/** `d<a` for a node d that joins as a replica of a; the letters of the primaries that are created. */
const short = (steps: ReturnType<typeof plan>): string[] =>
  [steps].flat().map((step) =>
    step
      .replace(/ --cluster-(?:replicas 0|yes|slave|use-empty-masters)/g, '')
      .replace(/10\.0\.0\.(\d+):6379/g, (_, number) => Number(number).toString(16))
      .replace(/^create (.*)$/, (_, nodes) => nodes.replaceAll(' ', ''))
      .replace(/^add-node (\w) \w --cluster-master-id (\w)\2*$/, '$1<$2')
      .replace(/^add-node (\w) \w$/, '+$1')
      .replace(/^(\w):6379: CLUSTER REPLICATE (\w)\2*$/, '$1>$2'),
  );
const replicas = (pairs: Readonly<Record<string, string>>): FakeNode[] =>
  Object.entries(pairs).map(([letter, primary]) => ({ letter, flags: 'slave', primary }));

describe('new nodes with replicas', () => {
  it.each([
    [
      'each on a machine of its own: by their order',
      { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 },
      ['abc', 'd<a', 'e<b', 'f<c'],
    ],
    [
      'three machines in turn: no replica on the machine of its primary',
      { a: 1, b: 2, c: 3, d: 1, e: 2, f: 3 },
      ['abc', 'd<c', 'e<a', 'f<b'],
    ],
    [
      'three machines in pairs: one primary on each',
      { a: 1, b: 1, c: 2, d: 2, e: 3, f: 3 },
      ['ace', 'b<e', 'd<a', 'f<c'],
    ],
    ['a machine with half of them', { a: 1, b: 1, c: 1, d: 2, e: 3, f: 4 }, ['ade', 'b<d', 'c<e', 'f<a']],
    ['two machines', { a: 1, b: 1, c: 1, d: 2, e: 2, f: 2 }, ['abd', 'c<d', 'e<a', 'f<b']],
    ['one machine: there is no other choice', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 }, ['abc', 'd<a', 'e<b', 'f<c']],
  ])('on %s', (_, machines, steps) => {
    const shortened = short(plan(freshOn(machines), { replicas: 1 }));
    expect([shortened[0], ...shortened.slice(1).toSorted()]).toEqual(steps);
  });

  it('keep the two replicas of a shard apart, too', () => {
    const nine = { a: 1, b: 2, c: 3, d: 1, e: 2, f: 3, '0': 1, '1': 2, '2': 3 };
    const [first = '', ...others] = short(plan(freshOn(nine), { replicas: 2 }));
    const machineOf = (letter: string): number => Object.entries(nine).find(([name]) => name === letter)?.[1] ?? 0;
    for (const primary of first) {
      const members = [primary, ...others.filter((one) => one.endsWith(primary)).map((one) => one.charAt(0))];
      expect(new Set(members.map(machineOf)).size).toBe(3);
    }
  });

  it.each([
    [7, 1],
    [10, 2],
    [11, 2],
  ])('are refused where they make no whole shards: %i with %i', (count, wanted) => {
    const views = 'abcdef01234'
      .slice(0, count)
      .split('')
      .map((letter) => fresh(letter));
    expect(plan(views, { replicas: wanted })).toBe('VB761');
  });
});

describe('a cluster without replicas', () => {
  it('gets one for each primary, on another machine', () => {
    const machines = { a: 1, b: 2, c: 3, d: 1, e: 2, f: 3 };
    const views = on(machines, [...clusterOf(three), fresh('d'), fresh('e'), fresh('f')]);
    expect(short(plan(views, { replicas: 1 }))).toEqual(['d<c', 'e<a', 'f<b']);
  });
  it('is refused where it would have to lose primaries for them', () => {
    const six = ['0-2', '3-5', '6-8', '9-11', '12-14', '15-16383'];
    const nodes = six.map((slots, index) => ({ letter: 'abcdef'.charAt(index), slots }));
    expect(plan(clusterOf(nodes), { replicas: 1 })).toBe('VB762');
    expect(plan([...clusterOf(nodes), fresh('0'), fresh('1')], { replicas: 1 })).toBe('VB762');
    expect(plan(clusterOf(nodes))).toEqual([]);
  });
  it('changes nothing where the number does not divide', () => {
    expect(plan([...clusterOf(three), fresh('d')], { replicas: 1 })).toBe('VB701');
    expect(plan([...clusterOf(three), ...'def0'.split('').map((letter) => fresh(letter))], { replicas: 1 })).toBe(
      'VB761',
    );
  });
});

describe('a cluster with replicas', () => {
  const pairs = replicas({ d: 'a', e: 'b', f: 'c' });

  it('grows by a shard: the new primary gets its replica, then its slots', () => {
    expect(short(plan([...clusterOf([...three, ...pairs]), fresh('0'), fresh('1')], { replicas: 1 }))).toEqual([
      '+0',
      '1<0',
      'rebalance a',
    ]);
  });
  it('gets a second one for each shard, apart from both', () => {
    const machines = { a: 1, b: 2, c: 3, d: 2, e: 3, f: 1, '0': 3, '1': 1, '2': 2 };
    const views = on(machines, [...clusterOf([...three, ...pairs]), fresh('0'), fresh('1'), fresh('2')]);
    expect(short(plan(views, { replicas: 2 }))).toEqual(['0<a', '1<b', '2<c']);
    const turned = on({ ...machines, '0': 2, '1': 3, '2': 1 }, views);
    expect(short(plan(turned, { replicas: 2 }))).toEqual(['0<c', '1<a', '2<b']);
  });
  it('after a shard was emptied and its nodes were not taken out, has its primary copy another one', () => {
    const emptied = [...three, { letter: '0' }, ...replicas({ d: 'a', e: 'b' })];
    expect(short(plan(clusterOf(emptied), { replicas: 1 }))).toEqual(['0>c']);
  });
  it('counts no member that is gone for good: its successor becomes a replica in its place', () => {
    const gone = { letter: 'f', flags: 'slave,fail', primary: 'c', isHeard: false };
    const views = clusterOf([...three, ...pairs.slice(0, 2), gone]).slice(0, 5);
    expect(short(plan([...views, fresh('0')], { replicas: 1 }))).toEqual(['0<c']);
  });
  it('after a failover has other primaries, and needs nothing', () => {
    const [first, ...others] = three;
    const after = [
      { letter: 'a', flags: 'slave', primary: 'd' },
      ...others,
      { letter: 'd', slots: first?.slots ?? '' },
      ...replicas({ e: 'b', f: 'c' }),
    ];
    expect(plan(clusterOf(after), { replicas: 1 })).toEqual([]);
  });
  it('has one moved from a shard with two to the one without', () => {
    const uneven = clusterOf([...three, ...replicas({ d: 'a', e: 'a', f: 'c' })]);
    expect(short(plan(uneven, { replicas: 1 }))).toEqual(['d>b']);
    // e stands on the machine of its primary: it goes.
    expect(short(plan(on({ a: 1, b: 2, c: 3, d: 4, e: 1, f: 2 }, uneven), { replicas: 1 }))).toEqual(['e>b']);
    // The one on the machine of the shard without would be no better there.
    expect(short(plan(on({ a: 1, b: 2, c: 3, d: 2, e: 4, f: 5 }, uneven), { replicas: 1 }))).toEqual(['e>b']);
  });
  it('has replicas exchanged where one stands on the machine of its primary, one after the other', () => {
    const machines = { a: 1, b: 2, c: 3, d: 1, e: 3, f: 2 };
    expect(short(plan(on(machines, clusterOf([...three, ...pairs])), { replicas: 1 }))).toEqual(['d>b']);
    const between = clusterOf([...three, ...replicas({ d: 'b', e: 'b', f: 'c' })]);
    expect(short(plan(on(machines, between), { replicas: 1 }))).toEqual(['e>a']);
    const after = clusterOf([...three, ...replicas({ d: 'b', e: 'a', f: 'c' })]);
    expect(plan(on(machines, after), { replicas: 1 })).toEqual([]);
  });
  it('is left as it is where nothing gets better, or replicas are not asked for', () => {
    const two = { a: 1, b: 1, c: 1, d: 1, e: 2, f: 2 };
    const views = clusterOf([...three, ...pairs]);
    expect(plan(on(two, views), { replicas: 1 })).toEqual([]);
    expect(plan(on({ a: 1, b: 2, c: 3, d: 1, e: 3, f: 2 }, views))).toEqual([]);
  });
  it('moves no replica while one is behind, and waits for it', () => {
    const views = clusterOf([...three, ...replicas({ d: 'a', e: 'a', f: 'c' })]);
    const behind = views.map((view) => (view.name === 'f:6379' ? { ...view, isBehind: true } : view));
    expect([plan(behind, { replicas: 1 }), plan(behind)]).toEqual(['wait', []]);
  });
});

describe('replicas for shards', () => {
  it('stand on the machine of their primary only as often as must be, whatever the order', () => {
    // Every way to place six nodes on up to four machines, three of them primaries already.
    for (let code = 0; code < 4 ** 6; code++) {
      const machines = Array.from({ length: 6 }, (_, index) => String(Math.floor(code / 4 ** index) % 4));
      const seats = machines.map((machine, index) => ({ id: String(index), machine }));
      const [primaries, nodes] = [seats.slice(0, 3), seats.slice(3)];
      const assigned = assignReplicas(
        primaries.map((primary) => ({ primary, replicas: [] })),
        nodes,
      );
      expect(new Set(assigned.values()).size).toBe(3);
      const bad = (order: readonly (typeof seats)[number][]): number =>
        primaries.filter(({ machine }, index) => order[index]?.machine === machine).length;
      const chosen = primaries.map(({ id }) => nodes.find((node) => assigned.get(node.id) === id));
      const least = Math.min(...permutations(nodes).map(bad));
      expect(bad(chosen.filter((one) => one !== undefined))).toBe(least);
    }
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
