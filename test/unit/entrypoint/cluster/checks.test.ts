import { describe, expect, it } from 'vitest';
import { checkViews } from '../../../../entrypoint/cluster/checks.ts';
import type { View } from '../../../../entrypoint/cluster/view.ts';
import { clusterOf, type FakeNode, idOf, three, viewOf } from '../../../support/cluster-view.ts';

/** The names of the checks that fail. */
function failing(views: readonly View[]): string[] {
  return checkViews(views).flatMap(({ name, problems }) => (problems.length > 0 ? [name] : []));
}

const changed = (letter: string, change: Partial<FakeNode>): FakeNode[] =>
  three.map((node) => (node.letter === letter ? { ...node, ...change } : node));
const [a, b, c] = clusterOf(three);
if (a === undefined || b === undefined || c === undefined) throw new Error('three views');

it('a healthy cluster passes every check', () => expect(failing([a, b, c])).toEqual([]));

describe('a check fails', () => {
  it.each<[string, readonly View[], string[]]>([
    ['where one node says that the state is not ok', [a, b, { ...c, state: 'fail' }], ['state']],
    [
      'where slots have no owner, though every node says ok',
      clusterOf(changed('b', { slots: '5461-9999' })),
      ['slots'],
    ],
    ['where a slot has two owners', clusterOf(changed('b', { slots: '5460-10922' })), ['slots']],
    ['where a slot is on its way', clusterOf(changed('b', { slots: `5461-10922 [5461->-${idOf('a')}]` })), ['slots']],
    [
      'where one node sees other owners',
      [a, b, viewOf('c', [{ letter: 'a', slots: '0-99' }, { letter: 'b', slots: '100-10922' }, ...three.slice(2)])],
      ['slots'],
    ],
    ['where one node does not know another one', [a, b, viewOf('c', three.slice(1))], ['slots', 'links']],
    [
      'where every node says ok and one that owns slots is away',
      clusterOf(changed('c', { flags: 'master,fail' })).slice(0, 2),
      ['links'],
    ],
    [
      'where one node does not reach another one',
      [a, b, viewOf('c', changed('a', { flags: 'master,fail?' }))],
      ['links'],
    ],
    ['where one node does not hear another one', [a, b, viewOf('c', changed('a', { isHeard: false }))], ['links']],
    ['where one node is behind', [a, b, { ...c, epoch: 14 }], ['epochs']],
    ['where one node has another epoch for a node', [a, b, viewOf('c', changed('a', { epoch: 3 }))], ['epochs']],
    ['where two primaries have one epoch', clusterOf(changed('b', { epoch: 10 })), ['epochs']],
  ])('%s', (_, views, expected) => expect(failing(views)).toEqual(expected));
});

it('a slot that its owner gave up has no owner, though the others have not heard of it', () => {
  const [, slots] = checkViews([b, c, viewOf('a', changed('a', { slots: '1-5460' }))]);
  expect(slots?.problems).toContain('nobody owns 0 (1 slots)');
});

it('a problem names the node', () => {
  const [state] = checkViews([a, b, { ...c, state: 'fail' }]);
  expect(state?.problems).toEqual(['c:6379 says fail']);
});
