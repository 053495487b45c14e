import { describe, expect, it } from 'vitest';
import { cutOffMoves } from '../../../../../entrypoint/tool/cluster/cut-off-moves.ts';
import { clusterOf, idOf } from '../../../../support/cluster-view.ts';

const to = (letter: string): string => `[33->-${idOf(letter)}]`;
const from = (letter: string): string => `[33-<-${idOf(letter)}]`;

describe('moves that were cut off', () => {
  it.each<[why: string, a: string, b: string, c: string, found: readonly string[]]>([
    ['both ends know', `0-5460 ${to('b')}`, `5461-10922 ${from('a')}`, '10923-16383', ['33 a b']],
    ['the target knows alone', '0-5460', `5461-10922 ${from('a')}`, '10923-16383', ['33 a b']],
    ['the owner knows alone: no key has left it', `0-5460 ${to('b')}`, '5461-10922', '10923-16383', []],
    ['the source owns it no more', '0-32 34-5460', `33 5461-10922 ${from('a')}`, '10923-16383', []],
    ['the source is not asked', '0-5460', `5461-10922 ${from('d')}`, '10923-16383', []],
    ['none', '0-5460', '5461-10922', '10923-16383', []],
  ])('%s', (_, a, b, c, found) => {
    const views = clusterOf([
      { letter: 'a', slots: a },
      { letter: 'b', slots: b },
      { letter: 'c', slots: c },
    ]);
    const moves = cutOffMoves(views).map((move) => `${move.slot} ${move.from.name} ${move.to.name}`);
    expect(moves).toEqual(found.map((text) => text.replaceAll(/[a-c]/g, '$&:6379')));
  });
});
