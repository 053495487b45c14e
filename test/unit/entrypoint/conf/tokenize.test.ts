import { describe, expect, it } from 'vitest';
import { asBytes, bytesOf } from '../../../../entrypoint/bytes.ts';
import { tokenize } from '../../../../entrypoint/conf/tokenize.ts';

/** Words, or `problem@column`. */
function split(line: string): readonly string[] | string {
  const tokens = tokenize(bytesOf(line));
  return tokens.ok ? tokens.words : `${tokens.problem}@${tokens.column}`;
}

describe('words without quotes', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['a', ['a']],
    ['a b', ['a', 'b']],
    ['  a   b  ', ['a', 'b']],
    ['a\tb', ['a', 'b']],
    ['a\r', ['a']],
    ['a#b # c', ['a#b', '#', 'c']],
    ['C:\\path', ['C:\\path']],
    ['a\\ b', ['a\\', 'b']],
    ['a\\nb', ['a\\nb']],
  ])('%j splits into %j', (line, expected) => expect(split(line)).toEqual(expected));
});

describe('vertical tab and form feed', () => {
  it.each([
    ['\va', ['a']],
    ['\f\va', ['a']],
    ['a \v b', ['a', 'b']],
    ['a\vb', ['a\vb']],
    ['a\fb c', ['a\fb', 'c']],
    ['a\v', ['a\v']],
    ['"a"\vb', ['a', 'b']],
    ["'a'\fb", ['a', 'b']],
  ])('%j splits into %j: blank between words, ordinary inside one', (line, expected) => {
    expect(split(line)).toEqual(expected);
  });
});

describe('double quotes', () => {
  it.each([
    ['"a b"', ['a b']],
    ['""', ['']],
    ['a "" b', ['a', '', 'b']],
    ['"\\n\\r\\t\\b\\a"', ['\n\r\t\b\x07']],
    ['"\\x41\\x7a"', ['Az']],
    ['"\\x4A\\xfF"', ['J\xff']],
    ['"\\x00"', ['\0']],
    ['"\\x4"', ['x4']],
    ['"\\xg1"', ['xg1']],
    ['"\\X41"', ['X41']],
    ['"\\""', ['"']],
    ['"\\\\"', ['\\']],
    ['"\\q"', ['q']],
    [`"it's"`, ["it's"]],
  ])('%j reads as %j', (line, expected) => expect(split(line)).toEqual(expected));
});

describe('single quotes', () => {
  it.each([
    ["'a b'", ['a b']],
    ["''", ['']],
    ["'\\n'", ['\\n']],
    ["'\\''", ["'"]],
    ["'a\\\\b'", ['a\\\\b']],
    ["'say \"x\"'", ['say "x"']],
  ])('%j reads as %j', (line, expected) => expect(split(line)).toEqual(expected));
});

describe('a quote inside a word', () => {
  it.each([
    ['a"b c"', ['ab c']],
    ["a'b c' d", ['ab c', 'd']],
    ['--save""', ['--save']],
  ])('%j opens there and ends the word: %j', (line, expected) => expect(split(line)).toEqual(expected));
});

describe('unbalanced quotes', () => {
  it.each([
    ['a "b', 'unclosed@3'],
    ["a 'b", 'unclosed@3'],
    ['ab"c', 'unclosed@3'],
    ['"a\\"', 'unclosed@1'],
    ["'a\\'", 'unclosed@1'],
    ['"a\\', 'unclosed@1'],
    ["'\\\\'", 'unclosed@1'],
    ['"a"b', 'no-space-after-quote@4'],
    ["'a'b", 'no-space-after-quote@4'],
    ['"a""b"', 'no-space-after-quote@4'],
    ['x "a"# comment', 'no-space-after-quote@6'],
  ])('%j is refused with the column of the trouble: %s', (line, expected) => expect(split(line)).toBe(expected));
});

it('each byte of a character outside ASCII is one character of a word', () => {
  expect(split('é')).toEqual([asBytes('\xc3\xa9')]);
});
