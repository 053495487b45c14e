import fc from 'fast-check';
import { DIRECTORY_LINK, MODULE_LINKS } from './case.ts';

/** What lines can speak of. */
export interface Names {
  /** The directory of the modules. */
  readonly modules: string;
  /** Files that can be included, and patterns. */
  readonly files: readonly string[];
  readonly patterns: readonly string[];
  /** Names of further files in `conf.d`, any bytes in them. */
  readonly odd: readonly string[];
}

/** A line of a configuration, without its newline. */
export function arbitraryLine({ modules, files, patterns, odd }: Names, mood: Mood): fc.Arbitrary<string> {
  const load = fc
    .tuple(
      fc.constantFrom(...MODULE_LINKS).map((name) => `${modules}/${name}`),
      fc.array(arbitraryWord(), { maxLength: 4 }),
    )
    .chain(([path, args]) => arbitraryWords('loadmodule', [path, ...args], mood));
  const about = (keyword: string, path: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    path.chain((value) => arbitraryWords(keyword, [value], mood));
  const oddNames = odd.length === 0 ? [] : [{ weight: 6, arbitrary: about('include', fc.constantFrom(...odd)) }];
  const oddPattern = fc.oneof(...odd.map(patternFor), arbitraryPattern()).map((pattern) => `conf.d/${pattern}`);
  const patternLines =
    patterns.length === 0
      ? []
      : [
          { weight: 5, arbitrary: about('include', fc.constantFrom(...patterns)) },
          { weight: 5, arbitrary: about('include', oddPattern) },
        ];
  const usual = [
    { weight: 40, arbitrary: load },
    ...(files.length === 0 ? [] : [{ weight: 11, arbitrary: about('include', fc.constantFrom(...files)) }]),
    ...oddNames,
    ...patternLines,
    { weight: 3, arbitrary: about('dir', fc.constantFrom('sub', '.', 'sub/..', './sub', DIRECTORY_LINK)) },
    { weight: 12, arbitrary: fc.constantFrom(...DIRECTIVES) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom('syslog-ident', 'masteruser'), arbitraryWord())
        .chain(([name, value]) => arbitraryWords(name, [value], mood)),
    },
    {
      weight: 10,
      arbitrary: fc.tuple(blanks, arbitraryBytes(12)).map(([lead, rest]) => `${lead}#${rest.replaceAll('\n', '')}`),
    },
    { weight: 5, arbitrary: fc.constantFrom('', ' ', '\t', '\r', '\v', ' \f ') },
  ];
  if (mood === 'calm') return fc.oneof(...usual);
  return fc.oneof(
    ...usual,
    { weight: 20, arbitrary: fc.constantFrom(...BROKEN) },
    { weight: 2, arbitrary: about('include', fc.constantFrom('missing.conf', 'main.conf', 'one.conf/x')) },
    { weight: 1, arbitrary: about('dir', fc.constantFrom('missing', 'one.conf')) },
    { weight: 2, arbitrary: load.chain(damaged) },
    { weight: 1, arbitrary: arbitraryBytes(10).map((line) => line.replaceAll('\n', '')) },
  );
}

/** What a server takes. */
export const DIRECTIVES = [
  'maxclients 100',
  'APPENDONLY no',
  'save ""',
  'save "60 1"',
  'maxmemory 100mb',
  'loglevel notice',
  'port 0',
  "databases '4'",
];

const BROKEN = [
  'loadmodule "/x',
  "maxclients '100",
  "save 'a'b'c",
  'loadmodule',
  'include',
  'include a b',
  'include one.conf sub/two.conf',
  'dir',
  'dir sub sub',
  'loadmodule ""',
  '"',
];

const blanks = fc.constantFrom('', '', '', '', ' ', '\t', '\r', ' \t ');
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constant(' ') },
  { weight: 1, arbitrary: fc.constantFrom('  ', '\t', ' \t', ' \v ', ' \f') },
);

/** A name in any case, now and then in quotes, and words behind it, in any way of writing them. */
function arbitraryWords(name: string, words: readonly string[], mood: Mood): fc.Arbitrary<string> {
  const spelt = fc.oneof(
    { weight: 12, arbitrary: inAnyCase(name) },
    { weight: 1, arbitrary: inAnyCase(name).chain((text) => written(text, mood)) },
  );
  const others = words.map((word) => fc.tuple(gap, written(word, mood)).map(([before, text]) => before + text));
  return fc
    .tuple(blanks, spelt, fc.tuple(...others), blanks)
    .map(([lead, first, rest, trail]) => lead + first + rest.join('') + trail);
}

/** One byte of a line taken away, doubled, or replaced. */
function damaged(line: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat({ max: line.length - 1 }),
      fc.constantFrom('', '"', "'", '\\', ' ', '\x0b', '\xff', '#', 'x'),
      fc.boolean(),
    )
    .map(([at, byte, keeps]) => line.slice(0, at) + byte + line.slice(keeps ? at : at + 1))
    .filter((text) => !/\\x00/.test(text));
}

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

/** A pattern that may match the name: some of its bytes by what stands for them, or quoted. */
function patternFor(name: string): fc.Arbitrary<string> {
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
function arbitraryPattern(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(...'aabA.*?[]!-^\\', '[a', 'b]', '[!', '[[:alpha:]]', '[z-a]', '\\[');
  return fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `${pieces.join('')}*`);
}
