import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asBytes, bytesOf, printable, textOf } from '../../../entrypoint/bytes.ts';

describe('bytes', () => {
  it('are those of UTF-8', () => expect(bytesOf('é€')).toBe('\xc3\xa9\xe2\x82\xac'));
  it('give the text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(bytesOf(text))).toBe(text);
      }),
    );
  });
  it('that are not UTF-8 show as U+FFFD', () => expect(textOf(asBytes('a\xff'))).toBe('a\ufffd'));
});

describe('text for a terminal', () => {
  it.each([
    ['plain é', 'plain é'],
    ['\u001b[31m', '\\x1b[31m'],
    ['a\nb\r\t', 'a\\x0ab\\x0d\\x09'],
    ['\u0007\u007f', '\\x07\\x7f'],
    ['\u009b31m', '\\x9b31m'],
    ['a\u202eb', 'a\\u202eb'],
    ['\u2028', '\\u2028'],
  ])('%j shows as %s', (text, expected) => expect(printable(text)).toBe(expected));
});
