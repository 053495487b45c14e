import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammarOf, renderLine, renderWord, tokenize } from '../../../../entrypoint/conf/tokenize.ts';
import { asBytes, bytesOf } from '../../../../entrypoint/text/bytes.ts';

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
