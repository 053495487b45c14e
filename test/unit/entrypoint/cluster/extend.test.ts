import { describe, expect, it } from 'vitest';
import { clusterOf, type FakeNode, fresh, idOf, plan, three, viewOf } from '../../../support/cluster-view.ts';

const without = (node: FakeNode): FakeNode => ({ ...node, slots: '' });
const partly: readonly FakeNode[] = [
  { letter: 'a', slots: '0-5460' },
  { letter: 'b', slots: '5461-10922' },
  { letter: 'c' },
];

describe('a healthy cluster', () => {
  it('needs nothing', () => expect(plan(clusterOf(three, { keys: 5 }))).toEqual([]));
  it('needs nothing where its shares differ: somebody may want that', () => {
    const uneven = [
      { letter: 'a', slots: '0-99' },
      { letter: 'b', slots: '100-199' },
      { letter: 'c', slots: '200-16383' },
    ];
    expect(plan(clusterOf(uneven))).toEqual([]);
  });
  it('needs nothing with replicas, whether they are asked for or not', () => {
    const nodes = [
      ...three,
      ...'def'.split('').map((letter, index) => ({ letter, flags: 'slave', primary: 'abc'.charAt(index) })),
    ];
    expect(plan(clusterOf(nodes))).toEqual([]);
    expect(plan(clusterOf(nodes), { replicas: 1 })).toEqual([]);
  });
  it('needs nothing where nodes announce other addresses than those that lead to them', () => {
    const announced = three.map((node, index) => ({ ...node, ip: `203.0.113.${index}` }));
    expect(plan(clusterOf(announced))).toEqual([]);
  });
  it('needs nothing where not all members are named', () => {
    const five = [...three.map(without), { letter: 'd', slots: '0-16382' }, { letter: 'e', slots: '16383' }];
    const views = clusterOf(five).map((view) => ({ ...view, self: { ...view.self, slots: [[0, 1]] as const } }));
    expect(plan(views.slice(0, 3))).toEqual([]);
  });
  it('gets its slots moved to the end where an earlier run was cut off', () => {
    expect(plan(clusterOf(three), { resume: true })).toEqual(['rebalance 10.0.0.10:6379 --cluster-use-empty-masters']);
  });
});

describe('new nodes', () => {
  it('are added to the cluster, then get slots', () => {
    expect(plan([fresh('d'), ...clusterOf(three), fresh('e')])).toEqual([
      'add-node 10.0.0.13:6379 10.0.0.10:6379',
      'add-node 10.0.0.14:6379 10.0.0.10:6379',
      'rebalance 10.0.0.10:6379 --cluster-use-empty-masters',
    ]);
  });
  it('are added where a member that owns nothing is gone for good', () => {
    const views = clusterOf([...three, { letter: 'f', flags: 'master,fail', isHeard: false }]).slice(0, 3);
    expect(plan([...views, fresh('d')])).toHaveLength(2);
  });
  it('are not refused where a member that owns nothing is not heard yet: it may be gone for good', () => {
    const members = (isHeard: boolean) => clusterOf([...three, { letter: 'f', isHeard }]).slice(0, 3);
    expect([plan([...members(true), fresh('d')]), plan([...members(false), fresh('d')])]).toEqual(['VB707', 'wait']);
  });
  it('that have joined already get slots', () => {
    const four = [...three, { letter: 'd' }];
    expect(plan(clusterOf(four))).toEqual(['rebalance 10.0.0.10:6379 --cluster-use-empty-masters']);
  });
  it('are added to a cluster of one that owns everything', () => {
    const whole = viewOf('a', [{ letter: 'a', slots: '0-16383' }], { keys: 7 });
    expect(plan([whole, fresh('b'), fresh('c')])).toHaveLength(3);
  });
  it('become primaries and replicas as replicas are asked for', () => {
    const six = [
      ...three,
      ...'def'.split('').map((letter, index) => ({ letter, flags: 'slave', primary: 'abc'.charAt(index) })),
    ];
    expect(plan([...clusterOf(six), fresh('0'), fresh('1')], { replicas: 1 })).toEqual([
      'add-node 10.0.0.0:6379 10.0.0.10:6379',
      'add-node 10.0.0.1:6379 10.0.0.10:6379 --cluster-slave',
      'rebalance 10.0.0.10:6379 --cluster-use-empty-masters',
    ]);
  });
  it('that were cut off before they became replicas become replicas', () => {
    const nodes = [
      ...three,
      { letter: 'd', flags: 'slave', primary: 'a' },
      { letter: 'e' },
      { letter: 'f', flags: 'slave', primary: 'c' },
    ];
    expect(plan(clusterOf(nodes), { replicas: 1 })).toEqual([`e:6379: CLUSTER REPLICATE ${idOf('b')}`]);
  });
});

describe('slots that nobody owns', () => {
  it('are refused where a node has keys', () =>
    expect(plan(clusterOf(partly, { keys: 1, state: 'fail' }))).toBe('VB709'));
  it('are refused where a member is not there', () => {
    const views = clusterOf([...partly, { letter: 'd', flags: 'master,fail', isHeard: false }], {
      state: 'fail',
    });
    expect(plan(views.slice(0, 3))).toBe('VB709');
  });
  it('are refused where only the node that gave one up knows', () => {
    const gaveUp = viewOf('a', [{ letter: 'a', slots: '1-5460' }, ...three.slice(1)], { keys: 1 });
    expect(plan([...clusterOf(three, { keys: 1 }).slice(1), gaveUp])).toBe('VB709');
  });
  it('are given out where no node holds a key: a creation was cut off', () => {
    expect(plan(clusterOf(partly, { state: 'fail' }))).toEqual(['fix 10.0.0.10:6379 --cluster-yes']);
  });
});

describe('slots that were on their way', () => {
  const open = three.map((node) => (node.letter === 'a' ? { ...node, slots: `0-5460 [7->-${idOf('b')}]` } : node));
  it('are repaired', () => expect(plan(clusterOf(open, { keys: 9 }))).toEqual(['fix 10.0.0.10:6379 --cluster-yes']));
  it('are left alone while a slot has no owner', () => {
    const views = clusterOf([...open.slice(0, 2), { letter: 'c' }], { keys: 9, state: 'fail' });
    expect(plan(views)).toBe('VB709');
  });
  it('are left alone while a node cannot be reached', () => {
    const views = clusterOf([...open.slice(0, 2), { letter: 'c', slots: '10923-16383', flags: 'master,fail' }], {
      state: 'fail',
    });
    expect(plan(views)).toBe('wait');
  });
});

describe('nodes that do not reach each other', () => {
  it('are told the addresses at which they answer, where they look elsewhere', () => {
    const stale = three.map((node) => ({
      ...node,
      ip: `10.9.9.${node.letter}`.replace(/[abc]$/, '9'),
      flags: 'master,fail?',
    }));
    const views = three.map(({ letter }) =>
      viewOf(
        letter,
        stale.map((n) => (n.letter === letter ? { ...n, flags: 'master' } : n)),
      ),
    );
    expect(plan(views)).toEqual([
      'a:6379: CLUSTER MEET 10.0.0.11 6379 16379 CLUSTER MEET 10.0.0.12 6379 16379',
      'b:6379: CLUSTER MEET 10.0.0.10 6379 16379 CLUSTER MEET 10.0.0.12 6379 16379',
      'c:6379: CLUSTER MEET 10.0.0.10 6379 16379 CLUSTER MEET 10.0.0.11 6379 16379',
    ]);
  });
  it('are waited for until they say so themselves, wherever they look', () => {
    const views = three.map(({ letter }) =>
      viewOf(
        letter,
        three.map((node) => (node.letter === letter ? node : { ...node, ip: '10.9.9.9', isHeard: false })),
        { keys: 3 },
      ),
    );
    expect(plan(views)).toBe('wait');
  });
  it('are waited for where one alone does not hear another one', () => {
    const [a, b] = clusterOf(three);
    if (a === undefined || b === undefined) throw new Error('three views');
    expect(
      plan([
        a,
        b,
        viewOf(
          'c',
          three.map((node) => (node.letter === 'a' ? { ...node, isHeard: false } : node)),
        ),
      ]),
    ).toBe('wait');
  });
  it('are waited for where they do not hear one that is not named', () => {
    const views = (isHeard: boolean) => clusterOf([...three, { letter: 'f', isHeard }]).slice(0, 3);
    expect([plan(views(true)), plan(views(false))]).toEqual([[], 'wait']);
  });
  it('are waited for where they look at the right place', () => {
    expect(
      plan(clusterOf(three.map((node) => (node.letter === 'b' ? { ...node, flags: 'master,fail?' } : node)))),
    ).toBe('wait');
  });
  it('are waited for where they see other owners, other nodes, or a state that is not ok', () => {
    const [a, b, c] = clusterOf(three);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three views');
    const moved = viewOf('c', [
      { letter: 'a', slots: '0-5459' },
      { letter: 'b', slots: '5460-10922' },
      ...three.slice(2),
    ]);
    expect(plan([a, b, moved])).toBe('wait');
    expect(plan([a, b, viewOf('c', [...three, { letter: 'd' }])])).toBe('wait');
    expect(plan([a, b, { ...c, state: 'fail' }])).toBe('wait');
  });
  it('are introduced again where one has forgotten all others', () => {
    const [a, b] = clusterOf(three);
    if (a === undefined || b === undefined) throw new Error('three views');
    expect(plan([a, b, fresh('c')])).toEqual([
      'c:6379: CLUSTER MEET 10.0.0.10 6379 16379 CLUSTER MEET 10.0.0.11 6379 16379',
    ]);
  });
});
