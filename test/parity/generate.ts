import fc from 'fast-check';
import { bytesOf } from '../../entrypoint/bytes.ts';
import { arbitraryBytes, arbitraryWord, type Mood, type Noted, written } from './words.ts';

/** One generated configuration: files by relative path (bytes as latin1), and how the server is called on them. */
export interface Case {
  readonly files: Readonly<Record<string, string>>;
  /** Options behind the configuration file, and text for standard input where a `-` is among them. */
  readonly options: readonly string[];
  readonly stdin: string | null;
}

/** How often each production of the grammar was generated. */
export type Productions = Map<string, number>;

/** Names under which the report module can be loaded; the odd ones exist as links. */
export const MODULE_LINKS = [
  'report.so',
  'two words.so',
  "o'clock.so",
  'quo"te.so',
  'h#sh.so',
  'back\\slash.so',
  'ü.so',
] as const;

/**
 * Generates cases over every production that the reader knows; `note` counts them, while values are made. What is often refused (files
 * that run into each other, broken lines, quotes that only newer servers take) is kept to one case in eight, since every refusal costs a
 * server start of its own.
 */
export function arbitraryCase(modules: string, note: (production: string) => void): fc.Arbitrary<Case> {
  return fc.oneof(
    { weight: 7, arbitrary: arbitraryCaseOf(modules, note, 'calm') },
    { weight: 1, arbitrary: arbitraryCaseOf(modules, note, 'daring') },
  );
}

function arbitraryCaseOf(modules: string, note: (production: string) => void, mood: Mood): fc.Arbitrary<Case> {
  const noted = <T>(production: string, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    arbitrary.map((value) => {
      note(production);
      return value;
    });
  const line = arbitraryLine(modules, noted, mood);
  const ending = fc.oneof(
    { weight: 8, arbitrary: fc.constant('\n') },
    { weight: 1, arbitrary: noted('line: carriage return', fc.constant('\r\n')) },
  );
  const text = (most: number): fc.Arbitrary<string> =>
    fc.tuple(fc.array(fc.tuple(line, ending), { maxLength: most }), fc.boolean()).map(([lines, ends]) => {
      const joined = lines.map(([content, newline]) => content + newline).join('');
      if (ends || mood === 'calm' || joined === '') return joined;
      note('file: no newline at the end');
      return joined.replace(/\r?\n$/, '');
    });
  const files = fc.record({
    'main.conf': text(6),
    'one.conf': text(3),
    'sub/two.conf': text(3),
    'conf.d/a.conf': text(2),
    'conf.d/b.conf': text(2),
    'conf.d/.hidden.conf': text(1),
    'conf.d/[c].conf': text(1),
  });
  const options = fc.oneof(
    { weight: 30, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: noted('command line', arbitraryOptions(modules, noted)) },
  );
  return fc.record({ files, options, stdin: text(3) }).map((generated) => {
    const readsStdin = generated.options.at(-1) === '-';
    return { ...generated, stdin: readsStdin ? generated.stdin : null };
  });
}

function arbitraryLine(modules: string, noted: Noted, mood: Mood): fc.Arbitrary<string> {
  const blanks = fc.constantFrom('', '', '', '', ' ', '\t', '\r', ' \t ');
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.constant(' ') },
    { weight: 1, arbitrary: fc.constantFrom('  ', '\t', ' \t', ' \v ', ' \f') },
  );
  const modulePath = fc.constantFrom(...MODULE_LINKS).map((name) => bytesOf(`${modules}/${name}`));
  const join = (words: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc
      .tuple(blanks, fc.array(gap, { minLength: words.length, maxLength: words.length }), fc.tuple(...words), blanks)
      .map(
        ([lead, gaps, parts, trail]) =>
          lead + parts.map((part, index) => (index === 0 ? part : `${gaps[index] ?? ' '}${part}`)).join('') + trail,
      );
  const args = fc.array(
    arbitraryWord(noted).chain((word) => written(word, noted, mood)),
    { maxLength: 4 },
  );
  const load = fc
    .tuple(
      inAnyCase('loadmodule'),
      modulePath.chain((path) => written(path, noted, mood)),
      args,
    )
    .chain(([name, path, rest]) => join([name, path, ...rest].map((word) => fc.constant(word))));
  const include = fc.constantFrom('one.conf', 'sub/two.conf', './one.conf', 'two.conf', 'sub/../one.conf');
  const pattern = fc.constantFrom(
    'conf.d/*.conf',
    'conf.d/?.conf',
    'conf.d/[ab].conf',
    'conf.d/[!a].conf',
    'conf.d/[[]c].conf',
    '*.none',
    'conf.d/.*.conf',
    'conf.?/*',
    'conf.d/\\a*',
    '[c',
    'conf.d/[a-z]*[f]',
  );
  const pathLine = (keyword: string, path: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .tuple(
        inAnyCase(keyword),
        path.chain((value) => written(value, noted, mood)),
      )
      .chain(([name, value]) => join([fc.constant(name), fc.constant(value)]));
  const directive = fc.constantFrom(
    'maxclients 100',
    'APPENDONLY no',
    'save ""',
    'save "60 1"',
    'maxmemory 100mb',
    'loglevel notice',
    'port 0',
    "databases '4'",
  );
  const comment = fc.tuple(blanks, arbitraryBytes(12)).map(([lead, rest]) => `${lead}#${rest.replaceAll('\n', '')}`);
  const broken = fc.constantFrom(
    'loadmodule "/x',
    "maxclients '100",
    "save 'a'b'c",
    'loadmodule',
    'include',
    'include a b',
    '"',
    "include 'missing.conf'",
  );
  return fc.oneof(
    { weight: 40, arbitrary: noted('loadmodule', load) },
    { weight: 8, arbitrary: noted('include: a file', pathLine('include', include)) },
    { weight: 8, arbitrary: noted('include: a pattern', pathLine('include', pattern)) },
    { weight: 3, arbitrary: noted('dir', pathLine('dir', fc.constantFrom('sub', '.', 'sub/..', 'conf.d'))) },
    { weight: 12, arbitrary: noted('another directive', directive) },
    { weight: 10, arbitrary: noted('comment', comment) },
    { weight: 5, arbitrary: noted('blank line', fc.constantFrom('', ' ', '\t', '\r', '\v', ' \f ')) },
    ...(mood === 'calm' ? [] : [{ weight: 1, arbitrary: noted('a line that must be refused', broken) }]),
  );
}

function arbitraryOptions(modules: string, noted: Noted): fc.Arbitrary<string[]> {
  const path = `${modules}/report.so`;
  const word = fc.constantFrom('a', '--flag', '10', 'two words', "it's", 'say "x"', '#no', 'ü', '-');
  const group = fc.oneof(
    { weight: 4, arbitrary: noted('option: path as its own element', fc.constant(['--loadmodule', path])) },
    {
      weight: 4,
      arbitrary: noted(
        'option: path and words as elements',
        fc
          .array(
            word.filter((text) => !text.startsWith('-')),
            { minLength: 1, maxLength: 3 },
          )
          .map((words) => ['--loadmodule', path, ...words]),
      ),
    },
    {
      weight: 4,
      arbitrary: noted(
        'option: one element',
        fc
          .array(
            word.chain((text) => written(text, noted, 'calm')),
            { maxLength: 3 },
          )
          .map((words) => [['--loadmodule', path, ...words].join(' ')]),
      ),
    },
    {
      weight: 2,
      arbitrary: noted('option: newline in an element', fc.constant([`--loadmodule ${path} x\nloadmodule ${path} y`])),
    },
    {
      weight: 2,
      arbitrary: noted(
        'option: --include',
        fc.constantFrom(['--include', 'one.conf'], ['--include one.conf'], ['--INCLUDE', 'conf.d/*.conf']),
      ),
    },
    {
      weight: 2,
      arbitrary: noted('option: --save', fc.constantFrom(['--save'], ['--save', ''], ['--save', '60 1'], ['--SAVE'])),
    },
    {
      weight: 2,
      arbitrary: noted(
        'option: a directive',
        fc.constantFrom(['--maxclients', '100'], ['--maxclients 100'], ['--loglevel', 'notice']),
      ),
    },
    {
      weight: 2,
      arbitrary: noted(
        'option: a value that looks like an option',
        fc.constant(['--syslog-ident', `--loadmodule ${path} lost`]),
      ),
    },
    {
      weight: 1,
      arbitrary: noted(
        'option: an element that cannot be split',
        fc.constantFrom(['--loadmodule "x'], [`--loadmodule ${path} 'a`]),
      ),
    },
  );
  return fc
    .tuple(fc.array(group, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([groups, stdin]) => [...groups.flat(), ...(stdin ? ['-'] : [])]);
}

function inAnyCase(word: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(word) },
    { weight: 1, arbitrary: fc.mixedCase(fc.constant(word)) },
  );
}
