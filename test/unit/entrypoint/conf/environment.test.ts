import { describe, expect, it } from 'vitest';
import { moduleArgsVariables, wantsDebug, wordsOf } from '../../../../entrypoint/conf/environment.ts';
import { refusalOf } from '../../../support/refusal.ts';

describe('DEBUG', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['0', false],
    ['false', false],
    ['No', false],
    ['off', false],
    ['1', true],
    ['true', true],
    ['anything', true],
  ])('%j: %s', (value, expected) => expect(wantsDebug({ DEBUG: value })).toBe(expected));
});

describe('the words of a variable', () => {
  it.each([
    ['--use-coordinator --reader-threads 8', ['--use-coordinator', '--reader-threads', '8']],
    ["--save '60 1'", ['--save', '60 1']],
    ['"a b" c', ['a b', 'c']],
    ['  a  ', ['a']],
    ['a\n', ['a']],
    ['\v\fa \f', ['a']],
    ['\u00a0a\u00a0', ['\xc2\xa0a\xc2\xa0']],
    ['a \ufeffb \u2003', ['a', '\xef\xbb\xbfb', '\xe2\x80\x83']],
    ['', []],
    ['"\\x41"', ['A']],
    ['é', ['\xc3\xa9']],
  ])('%j are %j: valkey.conf quoting, never a split at blanks', (value, expected) => {
    expect(wordsOf('X_MODULE_ARGS', value)).toEqual(expected);
  });

  it.each([
    ['--a "b', 'VB201', 5],
    ['--a\n--b', 'VB202', undefined],
    ['--a\r--b', 'VB202', undefined],
    ['\ufffd', 'VB211', undefined],
    ['\ufeff--a b', 'VB215', undefined],
    [' \ufeff', 'VB215', undefined],
  ])('%j are refused', (value, code, column) => {
    const refused = refusalOf(() => wordsOf('X_MODULE_ARGS', value));
    expect([refused.code, refused.at, refused.column]).toEqual([
      code,
      { kind: 'variable', name: 'X_MODULE_ARGS' },
      column,
    ]);
  });

  it('are refused where one would end at a NUL byte for the server', () => {
    expect(refusalOf(() => wordsOf('X_MODULE_ARGS', '"a\\x00b"')).code).toBe('VB414');
  });
});

describe('the variables of modules', () => {
  it('are those that end in _MODULE_ARGS, by the name before it', () => {
    const env = {
      SEARCH_MODULE_ARGS: 'a',
      MY_X_MODULE_ARGS: '',
      _MODULE_ARGS: 'b',
      SEARCH_MODULE_ARGS_OLD: 'c',
      PATH: 'd',
    };
    expect([...moduleArgsVariables(env)]).toEqual([
      ['SEARCH', 'a'],
      ['MY_X', ''],
    ]);
  });
});
