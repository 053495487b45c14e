import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammarOf, renderLine, renderWord, tokenize } from '../../../../entrypoint/conf/tokenize.ts';
import { asBytes, bytesOf } from '../../../../entrypoint/text/bytes.ts';

/** Words, or `problem@column`. */
function split(line: string, version = 'unknown'): readonly string[] | string {
  const tokens = tokenize(bytesOf(line), grammarOf(version));
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
    ['\'say "x"\'', ['say "x"']],
  ])('%j reads as %j', (line, expected) => expect(split(line)).toEqual(expected));
});

describe('a quote inside a word', () => {
  it.each([
    ['a"b c"', ['ab c']],
    ["a'b c' d", ['ab c', 'd']],
    ['--save""', ['--save']],
  ])('%j opens there: %j', (line, expected) => {
    expect(split(line)).toEqual(expected);
    expect(split(line, '8.1.1')).toEqual(expected);
  });
});

describe('a word goes on behind a closing quote', () => {
  it.each([
    ['"a"b', ['ab'], 'no-space-after-quote@4'],
    ["'a'b", ['ab'], 'no-space-after-quote@4'],
    ['"a""b c"', ['ab c'], 'no-space-after-quote@4'],
    ['x "a"# comment', ['x', 'a#', 'comment'], 'no-space-after-quote@6'],
    ['a"b"\'c\'d e', ['abcd', 'e'], 'no-space-after-quote@5'],
  ])('%j: since 9.0 it makes %j, before it is refused: %s', (line, expected, refused) => {
    expect([split(line, '9.0.0'), split(line, '9.1.2')]).toEqual([expected, expected]);
    expect([split(line, '8.1.1'), split(line, '8.0.1')]).toEqual([refused, refused]);
  });
  it.each([
    ['"a"\vb', ['a\vb'], ['a', 'b']],
    ["'a'\fb", ['a\fb'], ['a', 'b']],
  ])('%j: since 9.0 it makes %j, before %j', (line, now, before) => {
    expect([split(line, '9.0.0'), split(line, '8.1.1')]).toEqual([now, before]);
  });
});

describe('a raw byte 255', () => {
  const line = 'a\xffb "c\xffd" \'e\xff\' "\\xff" \xff';
  const words = (version: string) => tokenize(asBytes(line), grammarOf(version));
  it('disappears since 8.1, while a written one stays', () => {
    expect(words('8.1.1')).toEqual({ ok: true, words: ['ab', 'cd', 'e', '\xff', ''] });
    expect(words('9.1.2')).toEqual(words('8.1.1'));
  });
  it('is a byte as any other before', () => {
    expect(words('8.0.1')).toEqual({ ok: true, words: ['a\xffb', 'c\xffd', 'e\xff', '\xff', '\xff'] });
  });
});

describe('the grammar of a server whose version is not known', () => {
  it('is the current one', () => expect(grammarOf('unknown')).toEqual(grammarOf('9.1.2')));
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
    ['"a" "b', 'unclosed@5'],
  ])('%j is refused with the column of the trouble: %s', (line, expected) => expect(split(line)).toBe(expected));
});

it('each byte of a character outside ASCII is one character of a word', () => {
  expect(split('é')).toEqual([asBytes('\xc3\xa9')]);
});

describe('writing words', () => {
  const anyWord = fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 })
    .map((codes) => asBytes(String.fromCharCode(...codes)));

  describe('a word', () => {
    it.each([
      ['/usr/lib/valkey/libsearch.so', '/usr/lib/valkey/libsearch.so'],
      ['--use-coordinator', '--use-coordinator'],
      ['', '""'],
      ['a b', '"a b"'],
      ['say "x"', '"say \\"x\\""'],
      ["it's", '"it\'s"'],
      ['back\\slash', '"back\\\\slash"'],
      ['#', '"#"'],
      ['line\nbreak', '"line\\nbreak"'],
      ['\0', '"\\x00"'],
      ['é', '"\\xc3\\xa9"'],
    ])('%j is written as %s', (word, expected) => expect(renderWord(bytesOf(word))).toBe(expected));
  });

  it('a rendered line reads back as the very same words, whatever bytes they hold', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 6 }), (words) => {
        for (const version of ['8.0.1', '8.1.1', '9.1.2'])
          expect(tokenize(renderLine(words), grammarOf(version))).toEqual({ ok: true, words });
      }),
      { numRuns: 2000 },
    );
  });

  it('a rendered line is one line of printable ASCII, so argv and files can carry it', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 6 }), (words) => {
        expect(renderLine(words)).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 1000 },
    );
  });
});
