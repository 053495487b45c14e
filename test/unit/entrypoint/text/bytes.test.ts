import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asBytes, bytesOf, pathOf, printable, textOf } from '../../../../entrypoint/text/bytes.ts';

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

describe('a path', () => {
  it.each([
    ['/etc/x.conf', '/etc/x.conf'],
    ['caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80', 'café € 😀'],
    ['caf\xe9', 'caf\udce9'],
    ['\xc3\xa9\xe9\xc3', 'é\udce9\udcc3'],
    ['\xed\xb3\xa9 \xc0\xaf', '\udced\udcb3\udca9 \udcc0\udcaf'],
  ])('of the bytes %j is %j', (bytes, path) => expect(pathOf(asBytes(bytes))).toBe(path));
  it('gives all of its bytes back', () => {
    const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
    fc.assert(fc.property(fc.string({ unit: byte }), (bytes) => bytesOf(pathOf(asBytes(bytes))) === bytes));
  });
  it('shows what is not UTF-8 as \\xHH', () => expect(printable(pathOf(asBytes('\xc3\xa9\xe9')))).toBe('é\\xe9'));
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
