import { describe, expect, it } from 'vitest';
import { clusterOf, fresh, plan, three, viewOf } from '../../../support/cluster-view.ts';

describe('fresh nodes', () => {
  it('become a cluster, in the order in which they are named', () => {
    expect(plan([fresh('c'), fresh('a'), fresh('b')])).toEqual([
      'create 10.0.0.12:6379 10.0.0.10:6379 10.0.0.11:6379 --cluster-replicas 0 --cluster-yes',
    ]);
  });
  it('become primaries and replicas where replicas are asked for', () => {
    const [create] = plan(
      'abcdef'.split('').map((letter) => fresh(letter)),
      { replicas: 1 },
    );
    expect(create).toContain('--cluster-replicas 1');
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
