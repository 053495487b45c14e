import { describe, expect, it } from 'vitest';
import { numberOf, readOptions, readTargets } from '../../../../entrypoint/tool/options.ts';
import { refusalOf } from '../../../support/refusal.ts';

const kinds = { nodes: 'value', timeout: 'value', tls: 'flag' } as const;
const read = (...args: string[]) => readOptions(args, kinds, 'cluster check', 3);

describe('options', () => {
  it('take their value from the next word or behind =', () => {
    const options = read('--nodes', 'a,b', '--timeout=5', '--tls');
    expect([...options].map(([name, { text }]) => [name, text])).toEqual([
      ['nodes', 'a,b'],
      ['timeout', '5'],
      ['tls', ''],
    ]);
  });
  it('remember where they stand on the command line', () => {
    expect(read('--tls', '--nodes', 'a').get('nodes')?.at).toEqual({ kind: 'argument', index: 4 });
  });
  it.each([
    [['x']],
    [['--node', 'a']],
    [['--nodes']],
    [['--nodes=']],
    [['--tls=yes']],
    [['--tls', '--tls']],
    [['--constructor', 'x']],
  ])('%j are refused', (args) => expect(refusalOf(() => read(...args)).code).toBe('VB601'));
  it.each(['--password=hunter2', 'password hunter2', '--passwd=hunter2'])(
    'that are not known show no secret: %j',
    (word) => {
      expect(refusalOf(() => read(word)).message).not.toContain('hunter2');
    },
  );
  it('that are misspelled are shown as they were written', () => {
    expect(refusalOf(() => read('--passwordfile')).message).toContain('"--passwordfile"');
  });
  it('that are misspelled are told the right name', () => {
    expect(refusalOf(() => read('--node', 'a')).hint).toContain('--nodes');
  });
});

describe('a number', () => {
  const at = { kind: 'argument', index: 3 } as const;
  it('is what stands there, or the default', () => {
    expect(numberOf({ text: '7', at }, 'x', 1, [1, 9])).toBe(7);
    expect(numberOf(undefined, 'x', 1, [1, 9])).toBe(1);
  });
  it.each(['0', '10', '-1', '1.5', 'x', '', '1e1'])('is refused outside its bounds: %j', (text) => {
    expect(refusalOf(() => numberOf({ text, at }, 'x', 1, [1, 9])).code).toBe('VB601');
  });
});

describe('named nodes', () => {
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
});
