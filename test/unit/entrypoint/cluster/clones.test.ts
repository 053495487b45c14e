import { describe, expect, it } from 'vitest';
import { clonesAmong, otherAddresses } from '../../../../entrypoint/cluster/clones.ts';
import { clusterOf, plan, three } from '../../../support/cluster-view.ts';

const [a, b, c] = clusterOf(three);
if (a === undefined || b === undefined || c === undefined) throw new Error('three views');
const elsewhere = { name: 'x:6379', ip: '10.9.9.9' };
const clone = { ...a, ...elsewhere, runId: 'another' };

describe('two servers with one id', () => {
  it('are two processes at two addresses', () => {
    expect(clonesAmong([a, b, clone])).toEqual([
      'two servers, one id: a:6379 (10.0.0.10:6379) and x:6379 (10.9.9.9:6379)',
    ]);
  });
  it.each([
    ['one that is reached by two addresses', { ...a, ...elsewhere }],
    ['one that was started again between two questions', { ...a, runId: 'another' }],
  ])('are not %s', (_, other) => expect(clonesAmong([a, b, other])).toEqual([]));
  it('are told from one node that is named twice', () => {
    expect([plan([a, b, clone]), plan([a, b, { ...a, ...elsewhere }])]).toEqual(['VB719', 'VB702']);
  });
});

it('a node is looked for elsewhere where another one looks for it there, and only there', () => {
  expect(otherAddresses([a, b, c])).toEqual([]);
  const moved = clusterOf(three.map((node) => (node.letter === 'a' ? { ...node, ip: '10.9.9.9' } : node)));
  expect(otherAddresses([a, ...moved.slice(1)])).toEqual([{ name: '10.9.9.9:6379', ip: '10.9.9.9', port: 6379 }]);
});
