import { describe, expect, it } from 'vitest';
import { clusterOf, type FakeNode, fresh, idOf, ipOf, plan, three, viewOf } from '../../../support/cluster-view.ts';

/** The command by which a node joins as a replica. */
const joins = (letter: string, primary: string): string =>
  `add-node ${ipOf(letter)}:6379 10.0.0.10:6379 --cluster-slave --cluster-master-id ${idOf(primary)}`;

describe('fresh nodes', () => {
  it('become a cluster, in the order in which they are named', () => {
    expect(plan([fresh('c'), fresh('a'), fresh('b')])).toEqual([
      'create 10.0.0.12:6379 10.0.0.10:6379 10.0.0.11:6379 --cluster-replicas 0 --cluster-yes',
    ]);
  });
  it('become primaries and replicas where replicas are asked for', () => {
    const six = 'abcdef'.split('').map((letter) => fresh(letter));
    expect(plan(six, { replicas: 1 })).toEqual([
      'create 10.0.0.10:6379 10.0.0.11:6379 10.0.0.12:6379 --cluster-replicas 0 --cluster-yes',
      ...'def'.split('').map((letter, index) => joins(letter, 'abc'.charAt(index))),
    ]);
  });
  it.each([
    [2, 0],
    [0, 0],
    [5, 1],
    [8, 2],
  ])('are too few: %i with %i replicas', (count, replicas) => {
    const views = 'abcdef0123'
      .slice(0, count)
      .split('')
      .map((letter) => fresh(letter));
    expect(plan(views, { replicas })).toBe('VB701');
  });
  it('are refused where two names lead to one', () => {
    expect(plan([fresh('a'), fresh('b'), fresh('a', { name: 'alias:6379' })])).toBe('VB702');
  });
  it('are refused where one holds keys', () => {
    expect(plan([fresh('a'), fresh('b', { keys: 1 }), fresh('c')])).toBe('VB708');
  });
  it('are refused where one has taken slots for the keys that it holds', () => {
    const holder = viewOf('b', [{ letter: 'b', slots: '5 99' }], { keys: 2 });
    expect(plan([fresh('a'), holder, fresh('c')])).toBe('VB708');
  });
  it('are waited for where one is being greeted', () => {
    expect(plan([fresh('a'), fresh('b', { greeting: true }), fresh('c')])).toBe('wait');
  });
});

describe('two clusters', () => {
  const other = [
    { letter: 'd', slots: '0-8000' },
    { letter: 'e', slots: '8001-16383' },
  ];
  it('are never joined', () => expect(plan([...clusterOf(three), ...clusterOf(other)])).toBe('VB707'));
  it('are never joined where they hold no key but the same slots', () => {
    expect(plan([...clusterOf(three), viewOf('d', [{ letter: 'd', slots: '5' }])])).toBe('VB707');
  });
  it('are never joined where one knows nodes that are not named', () => {
    const stranger = viewOf('d', [{ letter: 'd' }, { letter: 'f', slots: '0-16383' }]);
    expect(plan([fresh('a'), fresh('b'), stranger])).toBe('VB707');
    expect(plan([...clusterOf(three), stranger])).toBe('VB707');
  });
  const pairs = [
    [
      { letter: 'a', slots: '0-99' },
      { letter: 'b', slots: '100-199' },
    ],
    [
      { letter: 'd', slots: '200-299' },
      { letter: 'e', slots: '300-399' },
    ],
  ];
  it('are never joined where they own different slots and one holds keys', () => {
    const views = pairs.flatMap((pair) => clusterOf(pair, { state: 'fail' }));
    expect(plan(views)).toEqual([expect.stringContaining('CLUSTER MEET')]);
    expect(plan(views.map((view) => ({ ...view, keys: 1 })))).toBe('VB707');
  });
  it('are never joined where they own different slots and one has a member that is not named', () => {
    const [first = [], second = []] = pairs.map((pair) => clusterOf(pair, { state: 'fail' }));
    expect(plan([...first, ...second.slice(0, 1)])).toBe('VB707');
  });
  it('are the remains of one creation where nobody has a key and no slot is owned twice', () => {
    const remains = three.map((node) => viewOf(node.letter, [node], { state: 'fail' }));
    expect(plan(remains)).toEqual(['a:6379: CLUSTER MEET 10.0.0.11 6379 16379 CLUSTER MEET 10.0.0.12 6379 16379']);
    expect(plan(remains.map((view) => ({ ...view, keys: 1 })))).toBe('VB708');
  });
});

describe('extending a cluster', () => {
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
    it('gets a new epoch for a primary of which another node remembers a later one', () => {
      const [a, b, c] = clusterOf(three);
      const sees = three.map((node) => (node.letter === 'c' ? { ...node, epoch: 99 } : node));
      if (b === undefined || a === undefined || c === undefined) throw new Error('a cluster of three');
      expect(plan([a, viewOf('b', sees), c])).toEqual(['CLUSTER BUMPEPOCH']);
    });
    it('is left alone where a node remembers an earlier epoch: it learns the later one', () => {
      const [a, , c] = clusterOf(three);
      const sees = three.map((node) => (node.letter === 'c' ? { ...node, epoch: 1 } : node));
      if (a === undefined || c === undefined) throw new Error('a cluster of three');
      expect(plan([a, viewOf('b', sees), c])).toEqual([]);
    });
    it('gets its slots moved to the end where an earlier run was cut off', () => {
      expect(plan(clusterOf(three), { resume: true })).toEqual([
        'rebalance 10.0.0.10:6379 --cluster-use-empty-masters',
      ]);
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
        joins('1', '0'),
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
    it('are waited for where one that owns slots is away and not named, though all others say ok', () => {
      const nodes = [
        ...three.slice(0, 2),
        { letter: 'c', slots: '10923-16382', flags: 'master,fail' },
        { letter: 'd', slots: '16383' },
      ];
      expect(plan(clusterOf(nodes).filter((_, index) => index !== 2))).toBe('wait');
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
});
