import fc from 'fast-check';

/** Whether what is often refused is generated too: broken lines, files that run into each other, quotes that only newer servers take. */
export type Mood = 'calm' | 'daring';

/** Bytes as latin1, without NUL: the entrypoint refuses it where the server reads on behind it. */
export function arbitraryBytes(most: number): fc.Arbitrary<string> {
  const byte = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abxz019-_=./') },
    { weight: 3, arbitrary: fc.constantFrom(...' \t"\'\\#\n\r\v\f\b\x07*[]{}$\xff') },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) },
  );
  return fc.array(byte, { maxLength: most }).map((bytes) => bytes.join(''));
}

/** A word of a load line: a usual one, or any bytes. */
export function arbitraryWord(): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        'a',
        '200',
        '--reader-threads',
        '--use-coordinator',
        'MAXEXPANSIONS',
        'x=y',
        'x4g',
        '""',
      ),
    },
    { weight: 3, arbitrary: arbitraryBytes(8) },
    { weight: 1, arbitrary: fc.constant('') },
  );
}

/** Any way of writing these bytes as one word of the configuration. */
export function written(word: string, mood: Mood): fc.Arbitrary<string> {
  const double = (spell: (byte: string, at: number) => string): string => `"${[...word].map(spell).join('')}"`;
  const forms = [
    double((byte) => NAMED[byte] ?? byte),
    double(hex),
    double((byte) => hex(byte).toUpperCase().replace('X', 'x')),
    double((byte, at) => NAMED[byte] ?? withNeedlessBackslash(byte, at, word)),
  ];
  if (/^[^ \t\n\r\v\f"'][^ \t\n\r"']*$/.test(word)) forms.push(word, word);
  // A backslash is one of its own here, but at the end it would hold the quote.
  if (!/\n|\\$/.test(word)) forms.push(`'${word.replaceAll("'", "\\'")}'`);
  if (/^[^ \t\n\r\v\f"']{2,}$/.test(word)) {
    const middle = Math.floor(word.length / 2);
    const tail = word.slice(middle);
    if (!tail.includes('\\')) forms.push(`${word.slice(0, middle)}"${tail}"`);
  }
  if (mood === 'daring' && word.length > 2 && !/[\n\\"']/.test(word))
    forms.push(`"${word.slice(0, 1)}"'${word.slice(1, 2)}'"${word.slice(2)}"`);
  return fc.constantFrom(...forms);
}

const NAMED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\x07': '\\a',
  '"': '\\"',
  '\\': '\\\\',
};

/** A backslash before what is no escape goes, and the byte stays: every `x` that is not followed by two hex digits, and every other byte. */
function withNeedlessBackslash(byte: string, at: number, word: string): string {
  if (byte === 'x') return /^[0-9a-f]{2}/i.test(word.slice(at + 1)) ? byte : `\\${byte}`;
  return at % 2 === 0 && !/[nrtba]/.test(byte) && word[at - 1] !== 'x' ? `\\${byte}` : byte;
}

function hex(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

export function inAnyCase(word: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(word) },
    { weight: 1, arbitrary: fc.mixedCase(fc.constant(word)) },
  );
}
