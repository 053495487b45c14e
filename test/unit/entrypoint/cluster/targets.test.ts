import { describe, expect, it } from 'vitest';
import { readTargets } from '../../../../entrypoint/tool/options.ts';
import { refusalOf } from '../../../support/refusal.ts';

const at = { kind: 'argument', index: 4 } as const;

describe('the nodes of a list', () => {
  it.each([
    ['a:6379,b:7000', ['a:6379', 'b:7000']],
    ['a,b', ['a:6379', 'b:6379']],
    [' a:1 , b:2 ,', ['a:1', 'b:2']],
    ['valkey-0.valkey-headless:6379', ['valkey-0.valkey-headless:6379']],
    ['10.0.0.1:6379,[fd00::1]:6379,[::1]', ['10.0.0.1:6379', '[fd00::1]:6379', '[::1]:6379']],
  ])('%j are %j', (text, names) => expect(readTargets(text, at).map(({ name }) => name)).toEqual(names));

  it('have the host without brackets', () => {
    expect(readTargets('[fd00::1]:1', at)).toEqual([{ name: '[fd00::1]:1', host: 'fd00::1', port: 1 }]);
  });
});

describe('a list is refused', () => {
  it.each([
    ['a:0', 'VB601'],
    ['a:65536', 'VB601'],
    ['a:b', 'VB601'],
    ['a:1:2', 'VB601'],
    ['fd00::1', 'VB601'],
    ['a b', 'VB601'],
    ['user@a:1', 'VB601'],
    ['a:1,b:1,a:1', 'VB702'],
    ['a,a:6379', 'VB702'],
  ])('for %j with %s', (text, code) => {
    expect(refusalOf(() => readTargets(text, at))).toMatchObject({ code, at });
  });
});
