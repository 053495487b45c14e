import fc from 'fast-check';
import { bytesOf } from '../../entrypoint/text/bytes.ts';

/** A file name of any bytes but NUL and a slash, short enough that patterns often match one. */
export function arbitraryFileName(): fc.Arbitrary<string> {
  const byte = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abAz09.-') },
    { weight: 3, arbitrary: fc.constantFrom(...'[]!^*?\\ "\'#=:~') },
    { weight: 1, arbitrary: fc.constantFrom('\n', '\t', '\x01', bytesOf('ü'), bytesOf('€')) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) },
  );
  return fc
    .array(byte, { minLength: 1, maxLength: 6 })
    .map((bytes) => bytes.join(''))
    .filter((name) => !/^\.{1,2}$|\//.test(name));
}

/** A pattern that may match the name: some of its bytes by what stands for them, or quoted. */
export function patternFor(name: string): fc.Arbitrary<string> {
  return fc
    .tuple(...[...name].map((byte) => fc.tuple(fc.constant(byte), fc.nat({ max: 11 }))))
    .map((choices) => choices.map(([byte, form]) => spell(byte, form)).join(''));
}

function spell(byte: string, form: number): string {
  const member = /[\]!^\-[\\]/.test(byte) ? `\\${byte}` : byte;
  const forms = [
    '?',
    '*',
    `[${member}]`,
    `[!${member}]`,
    '[!q-y]',
    '[a-z.]',
    `[]${member}]`,
    '[[:alnum:]]',
    `\\${byte}`,
  ];
  return forms[form] ?? byte;
}

/** A pattern made without looking at a name. */
export function arbitraryPattern(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...'aabA.*?[]!-^\\', '[a', 'b]', '[!', '[[:alpha:]]', '[z-a]', '\\[');
  return fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `${pieces.join('')}*`);
}
