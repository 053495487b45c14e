import fc from 'fast-check';
import { asBytes, bytesOf, textOf } from '../../entrypoint/text/bytes.ts';
import { arbitraryBytes, arbitraryLine, arbitraryWord, inAnyCase, type Names, written } from './generate-lines.ts';

/** The server's arguments: a file or none, words behind it, options in every form, and `-` at either end or in the middle. */
export function arbitraryCommandLine(names: Names): fc.Arbitrary<string[]> {
  const groups = fc.array(arbitraryGroup(names), { minLength: 1, maxLength: 4 }).map((found) => found.flat());
  return fc
    .tuple(fc.oneof(...HEADS), groups, fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.constant(['-'])))
    .map(([head, options, tail]) => [...head, ...options, ...tail].map(asArgument))
    .filter(([first = '']) => !ENDS_AT_ONCE.includes(first));
}

/** What the command line begins with. Words behind the file are a line of their own. */
const HEADS = [
  { weight: 8, arbitrary: fc.constant(['main.conf']) },
  { weight: 5, arbitrary: fc.constant<string[]>([]) },
  { weight: 4, arbitrary: fc.constant(['-']) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(['appendonly', 'no'], ['syslog-ident', 'a b'], ['maxclients', '100', '-'], ['# x'], ['dir', 'sub'])
      .map((words) => ['main.conf', ...words]),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ['main.conf '],
      ['\t./main.conf\r\n'],
      ['sub/../main.conf'],
      ['?ain.conf'],
      ['none*.conf'],
      ['none.conf'],
    ),
  },
];

/** With these in front the program prints something and ends. */
const ENDS_AT_ONCE = ['-v', '--version', '-h', '--help', '--test-memory', '--check-system'];

function arbitraryGroup(names: Names): fc.Arbitrary<readonly string[]> {
  const path = `${names.modules}/report.so`;
  const word = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        'a',
        'two words',
        "it's",
        'say "x"',
        '#no',
        bytesOf('ü'),
        bytesOf('€'),
        'a\b\t\x07',
        '-',
        '-',
        '-x',
        '',
      ),
    },
    { weight: 3, arbitrary: arbitraryBytes(8) },
    { weight: 1, arbitrary: fc.constantFrom('--maxclients 9', '--', '-- ', '--#', '--flag') },
  );
  const words = fc.array(word, { maxLength: 3 });
  const oneElement = fc
    .tuple(
      fc.oneof(fc.constant('loadmodule'), inAnyCase('loadmodule')),
      fc.array(
        arbitraryWord().chain((text) => written(text, 'calm')),
        { maxLength: 3 },
      ),
    )
    .map(([name, rest]) => `--${[name, path, ...rest].join(' ')}`);
  const newlines = fc.constantFrom('', '', '\n', '\n\n', '\r\n', '\n \n', '\n#');
  const severalLines = fc
    .tuple(newlines, fc.array(fc.tuple(arbitraryLine(names, 'calm'), newlines), { minLength: 1, maxLength: 3 }))
    .map(([lead, lines]) => `--${lead}${lines.map(([line, end]) => `${line}\n${end}`).join('')}`);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(['--loadmodule', path]) },
    { weight: 5, arbitrary: words.map((rest) => ['--loadmodule', path, ...rest]) },
    { weight: 5, arbitrary: fc.tuple(oneElement, newlines).map(([text, end]) => [text + end]) },
    { weight: 4, arbitrary: fc.tuple(oneElement, newlines, words).map(([text, end, rest]) => [text + end, ...rest]) },
    { weight: 6, arbitrary: severalLines.map((text) => [text]) },
    { weight: 2, arbitrary: fc.tuple(severalLines, words).map(([text, rest]) => [text.replace(/\n$/, ''), ...rest]) },
    { weight: 3, arbitrary: fc.constantFrom(...includesOf(names)) },
    { weight: 3, arbitrary: fc.constantFrom(['--save'], ['--save', ''], ['--save', '60 1'], ['--SAVE'], ['--save ']) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ['--maxclients', '100'],
        ['--maxclients 100\n'],
        ['--loglevel', 'notice'],
        ['--dir', 'sub'],
      ),
    },
    { weight: 3, arbitrary: word.map((value) => ['--syslog-ident', value]) },
    { weight: 3, arbitrary: fc.constant(['--syslog-ident', '-', '--loadmodule', path]) },
    { weight: 1, arbitrary: fc.constant(['--syslog-ident', `--loadmodule ${path} lost`]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(['--loadmodule "x'], [`--loadmodule ${path} 'a`], ['--'], ['--\n'], ['-- ']),
    },
    { weight: 1, arbitrary: fc.constant(['--loadmodule', path, '--use-coordinator', 'yes']) },
  );
}

function includesOf({ odd }: Names): string[][] {
  return [
    ['--include', 'one.conf'],
    ['--include one.conf'],
    ['--INCLUDE', 'conf.d/*.conf'],
    ...odd.map((name) => ['--include', name]),
  ];
}

/** Bytes as the string that makes them in UTF-8, which is how a process is called. */
function asArgument(bytes: string): string {
  return textOf(asBytes(bytes)).replaceAll('\ufffd', '?');
}
