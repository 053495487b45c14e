import fc from 'fast-check';

/** Counts a production, and passes the value on. */
export type Noted = <T>(production: string, arbitrary: fc.Arbitrary<T>) => fc.Arbitrary<T>;

/** Whether what only some servers take is generated too. */
export type Mood = 'calm' | 'daring';

/** Bytes as latin1, without NUL: the entrypoint refuses it where the server reads on behind it. */
export function arbitraryBytes(most: number): fc.Arbitrary<string> {
  const byte = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abz019-_=./') },
    { weight: 3, arbitrary: fc.constantFrom(...' \t"\'\\#\n\r\v\f\b\x07*[]{}$') },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) },
  );
  return fc.array(byte, { maxLength: most }).map((bytes) => bytes.join(''));
}

/** A word of a load line: a usual one, or any bytes. */
export function arbitraryWord(noted: Noted): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom('a', '200', '--reader-threads', '--use-coordinator', 'MAXEXPANSIONS', 'x=y', '""'),
    },
    { weight: 3, arbitrary: noted('word: any bytes', arbitraryBytes(8)) },
    { weight: 1, arbitrary: noted('word: empty', fc.constant('')) },
  );
}

/** Any way of writing these bytes as one word of the configuration. */
export function written(word: string, noted: Noted, mood: Mood): fc.Arbitrary<string> {
  const double = (spell: (byte: string) => string): string => `"${[...word].map(spell).join('')}"`;
  const named: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\b': '\\b',
    '\x07': '\\a',
    '"': '\\"',
    '\\': '\\\\',
  };
  const hex = (byte: string): string => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const forms = [
    noted('word: double quotes', fc.constant(double((byte) => named[byte] ?? byte))),
    noted('word: hex escapes', fc.constant(double(hex))),
  ];
  if (/^[^ \t\n\r\v\f"'][^ \t\n\r"']*$/.test(word))
    forms.push(noted('word: bare', fc.constant(word)), noted('word: bare', fc.constant(word)));
  // A backslash is one of its own here, but at the end it would hold the quote.
  if (!/\n|\\$/.test(word)) forms.push(noted('word: single quotes', fc.constant(`'${word.replaceAll("'", "\\'")}'`)));
  if (/^[^ \t\n\r\v\f"']{2,}$/.test(word)) {
    const middle = Math.floor(word.length / 2);
    const tail = word.slice(middle);
    if (!tail.includes('\\'))
      forms.push(noted('word: quote opens inside', fc.constant(`${word.slice(0, middle)}"${tail}"`)));
  }
  if (mood === 'daring' && word.length > 2 && !/[\n\\"']/.test(word)) {
    forms.push(
      noted('word: quotes that mix', fc.constant(`"${word.slice(0, 1)}"'${word.slice(1, 2)}'"${word.slice(2)}"`)),
    );
  }
  return fc.oneof(...forms);
}
