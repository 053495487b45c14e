import type { Load, OurReading, ServerReading } from './case.ts';

/** One configuration that our reader and the real server both read. `@dir@` in texts and arguments stands for the case's directory. */
export interface ParityCase {
  readonly name: string;
  /** Files by their path in the case's directory, which is the working directory; a character of either is a byte. */
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  /** The server's arguments; `main.conf` where none are given. */
  readonly args?: readonly string[];
  readonly stdin?: string;
}

/** A module that takes any arguments. */
export const echo = (number: 0 | 1 | 2 | 3): string => `/opt/stand-ins/echo${number}.so`;

/** A case of one text. */
export const text = (name: string, main: string): ParityCase => ({ name, files: { 'main.conf': main } });

/** How one line is read: white space, comments, case, quotes. */
export const lineCases: readonly ParityCase[] = [
  text('a plain load line', `loadmodule ${echo(0)} a b\n`),
  text('two load lines and a comment', `loadmodule ${echo(0)} a\n# loadmodule ${echo(1)}\nloadmodule ${echo(2)}\n`),
  text('a comment behind blanks', ` \t # loadmodule ${echo(0)}\nloadmodule ${echo(1)}\n`),
  text('a # behind a directive is a word', `loadmodule ${echo(0)} a # b\n`),
  text('no newline at the end', `loadmodule ${echo(0)} a`),
  text('an empty file', ''),
  text('only newlines and blanks', '\n\n  \n\t\n'),
  text('CRLF', `loadmodule ${echo(0)} a b\r\nloadmodule ${echo(1)}\r\n`),
  text('a lone carriage return inside a line', `loadmodule ${echo(0)} a\rb\n`),
  text('upper and mixed case', `LOADMODULE ${echo(0)} A\nLoadModule ${echo(1)} b\n`),
  text('many blanks and tabs', `\t loadmodule \t\t ${echo(0)}   a \t b  \n`),
  text('a vertical tab before the directive', `\x0bloadmodule ${echo(0)} a\n`),
  text('a vertical tab inside a word', `loadmodule ${echo(0)} a\x0bb\n`),
  text('a vertical tab between words', `loadmodule ${echo(0)} a \x0b b\n`),
  text('a form feed behind the last word', `loadmodule ${echo(0)} a \x0c\n`),
  text('a vertical tab behind a closing quote', `loadmodule ${echo(0)} "a"\x0b"b"\n`),
  text('double quotes around the path and an argument', `loadmodule "${echo(0)}" "a b"\n`),
  text('single quotes around the path and an argument', `loadmodule '${echo(0)}' 'a b'\n`),
  text('a quoted directive name', `"loadmodule" ${echo(0)} a\n`),
  text('a directive name in quotes and upper case', `'LoadModule' ${echo(0)} a\n`),
  text('empty words', `loadmodule ${echo(0)} "" '' x\n`),
  text('every escape of double quotes', `loadmodule ${echo(0)} "a\\nb\\rc\\td\\be\\af\\"g\\\\h\\qi"\n`),
  text('\\x escapes', `loadmodule ${echo(0)} "\\x41\\x7f\\xff\\xe9" "\\xZZ" "\\x4"\n`),
  text('\\x escapes in both cases, and cut off', `loadmodule ${echo(0)} "\\xaB\\xAb" "\\x" "a\\x4g"\n`),
  text('an escaped byte in the directive and the path', `"load\\x6dodule" "/opt/stand-ins/\\x65cho0.so" a\n`),
  text('escapes of single quotes', `loadmodule ${echo(0)} 'a\\'b' 'c\\nd' 'e\\\\f'\n`),
  text('a backslash at the end of single quotes', `loadmodule ${echo(0)} 'a\\\\'\n`),
  text('a backslash outside quotes', `loadmodule ${echo(0)} a\\nb \\x41 c\\ d\n`),
  text('a quote that opens inside a word', `loadmodule ${echo(0)} a"b c" d'e f'\n`),
  text('a quote that opens inside a word of the other kind', `loadmodule ${echo(0)} a"b'c" d'e"f'\n`),
  text('a word behind a closing quote', `loadmodule ${echo(0)} "a"b\n`),
  text('two quoted words without a blank', `loadmodule ${echo(0)} "a""b"\n`),
  text('a double quote that is not closed', `loadmodule ${echo(0)} "a b\n`),
  text('a single quote that is not closed', `loadmodule ${echo(0)} 'a b\n`),
  text('a double quote whose closing one is escaped', `loadmodule ${echo(0)} "a b\\"\n`),
  text('an unbalanced quote in a comment', `# don't "worry\nloadmodule ${echo(0)}\n`),
  text('an unbalanced quote in another directive', `logfile "\nloadmodule ${echo(0)}\n`),
  text('bytes above 127', `loadmodule ${echo(0)} \xc3\xbc \xff\xfe "\x80"\n`),
  text('bytes above 127 around the words', `loadmodule ${echo(0)} a\xa0b \x85\n`),
  text('control characters', `loadmodule ${echo(0)} a\x01\x02\x1b "\x07\x08"\n`),
  text('a byte order mark before a load line', `\xef\xbb\xbfloadmodule ${echo(0)}\n`),
  text('a byte order mark before a comment', `\xef\xbb\xbf# comment\nloadmodule ${echo(0)}\n`),
  text('a byte order mark before a later line', `loadmodule ${echo(0)}\n \t\xef\xbb\xbf# comment\n`),
  text('a byte order mark in an argument', `loadmodule ${echo(0)} a \xef\xbb\xbfb\n`),
  text('words that look like options', `loadmodule ${echo(0)} --a --b=c -d -- -\n`),
  text('glob characters in arguments', `loadmodule ${echo(0)} * ? [a] {b,c} ~ $HOME\n`),
  text('a load line without a path', 'loadmodule\n'),
  text('a module that does not exist is not read as nothing', `loadmodule ${echo(0)}\nport x"y\n`),
];

const main = { 'main.conf': `loadmodule ${echo(3)} of-file\n` };
const options = (name: string, ...args: readonly string[]): ParityCase => ({ name, args });

/** How the command line and standard input are read. */
export const commandLineCases: readonly ParityCase[] = [
  options('no arguments at all'),
  options('a load option of two words', '--loadmodule', echo(0)),
  options('a load option of many words', '--loadmodule', echo(0), 'a', 'b c', ''),
  options('a load option of one word', `--loadmodule ${echo(0)} --a b "c d"`),
  options('a load option of one word and more behind it', `--loadmodule ${echo(0)} a`, 'b c', 'd'),
  options('a load option of one word and a blank', '--loadmodule ', echo(0), 'a'),
  options('a load option in upper case', '--LOADMODULE', echo(0), 'a'),
  options('two load options', '--loadmodule', echo(0), 'a', '--loadmodule', echo(1), 'b'),
  options('a value that begins with --', '--syslog-ident', '--x', '--loadmodule', echo(0)),
  options('quotes in a quoted word', '--loadmodule', echo(0), '"a"', "'b'", 'c\\d'),
  options('quotes in a raw word', `--loadmodule ${echo(0)} "a\\x41" 'b'`),
  options('an unbalanced quote in a raw word', `--loadmodule ${echo(0)} "a`),
  options('an unbalanced quote in a quoted word', '--loadmodule', echo(0), '"a'),
  options('a newline in a quoted word', '--loadmodule', echo(0), 'a\nb'),
  options('a newline in a raw word', `--loadmodule ${echo(0)} a\nloadmodule ${echo(1)} b`),
  options('a newline in a raw word, and more behind it', `--loadmodule ${echo(0)}\nloadmodule ${echo(1)}`, 'a'),
  options('a newline at the end of a raw word', `--loadmodule ${echo(0)} a\n`, '--loadmodule', echo(1), 'b'),
  options('an empty line in a raw word', `--loadmodule ${echo(0)}\n\nloadmodule ${echo(1)} b\n`, '--hz', '50'),
  options('letters beyond ASCII', '--loadmodule', echo(0), 'ü', '€'),
  options('letters beyond ASCII in a raw word', `--loadmodule ${echo(0)} ü "€"`),
  options('control characters and a tab', '--loadmodule', echo(0), 'a\tb\x01\x07\b'),
  options('a single dash in front of words', '--loadmodule', echo(0), '-a', '-b'),
  options('--save without a value, then a load option', '--save', '--loadmodule', echo(0)),
  options('--save with a value, then a load option', '--save', '60 1', '--loadmodule', echo(0)),
  options('--SAVE at the end', '--loadmodule', echo(0), '--SAVE'),
  { name: 'a file and a load option', files: main, args: ['main.conf', '--loadmodule', echo(0), 'a'] },
  { name: 'words behind the file are a line', files: main, args: ['main.conf', 'loadmodule', echo(0), 'a b'] },
  { name: 'x.conf appendonly yes', files: main, args: ['main.conf', 'appendonly', 'yes', '--loadmodule', echo(0)] },
  {
    name: 'a file without a newline before options',
    files: { 'main.conf': `loadmodule ${echo(3)} a` },
    args: ['main.conf', '--loadmodule', echo(0)],
  },
  {
    name: 'a file without a newline before words',
    files: { 'main.conf': `loadmodule ${echo(3)} a` },
    args: ['main.conf', 'appendonly', 'yes'],
  },
  {
    name: 'a file that is not named .conf',
    files: { settings: `loadmodule ${echo(0)}\n` },
    args: ['settings'],
  },
  { name: 'a file name with white space around it', files: main, args: ['\t main.conf\r\n '] },
  { name: 'an absolute file name with a blank behind it', files: main, args: ['@dir@/main.conf '] },
  { name: 'a file name that ends in a vertical tab', files: main, args: ['main.conf\x0b'] },
  {
    name: 'an include of a name with a blank behind it',
    files: { 'main.conf': 'include "inc.conf "\n', 'inc.conf': `loadmodule ${echo(0)}\n` },
  },
  {
    name: 'an include option, and dir before it',
    folders: ['sub'],
    files: {
      'main.conf': 'dir sub\n',
      'inc.conf': `loadmodule ${echo(0)}\n`,
      'sub/inc.conf': `loadmodule ${echo(1)}\n`,
    },
    args: ['main.conf', '--include', 'inc.conf', '--loadmodule', echo(2)],
  },
  { name: 'standard input alone', args: ['-'], stdin: `loadmodule ${echo(0)} a\n` },
  { name: 'standard input behind a file', files: main, args: ['main.conf', '-'], stdin: `loadmodule ${echo(0)}\n` },
  {
    name: 'standard input runs into a file without a newline',
    files: { 'main.conf': `loadmodule ${echo(3)} a` },
    args: ['main.conf', '-'],
    stdin: `b\nloadmodule ${echo(0)}\n`,
  },
  {
    name: 'standard input before options',
    args: ['-', '--loadmodule', echo(1), 'b'],
    stdin: `loadmodule ${echo(0)} a\n`,
  },
  {
    name: 'standard input as last word behind options',
    files: main,
    args: ['main.conf', '--loadmodule', echo(1), 'b', '-'],
    stdin: `loadmodule ${echo(0)} a\n`,
  },
  {
    name: 'a dash in the middle is a word',
    files: main,
    args: ['main.conf', '--loadmodule', echo(1), '-', '--save', ''],
    stdin: `loadmodule ${echo(0)} a\n`,
  },
  {
    name: 'a dash for a value, and one for standard input',
    args: ['--syslog-ident', '-', '-'],
    stdin: `loadmodule ${echo(0)} a\n`,
  },
  { name: 'standard input without a newline', args: ['-'], stdin: `loadmodule ${echo(0)} a` },
  {
    name: 'an include on standard input',
    files: { 'inc.conf': `loadmodule ${echo(1)}\n` },
    args: ['-'],
    stdin: `include inc.conf\nloadmodule ${echo(0)} a\n`,
  },
  { name: 'a file that does not exist', args: ['none.conf'] },
];

/** A case that can be read, but whose meaning the server refuses: what the entrypoint reads of it, for the server to object to. */
export type LeftCase = ParityCase & { readonly reads: readonly Load[] };

const first: Load = { path: echo(0), args: [] };

export const leftCases: readonly LeftCase[] = [
  { ...text('a directive that does not exist', `loadmodule ${echo(0)}\nno-such-directive 1\n`), reads: [first] },
  { ...text('a vertical tab before a comment', `\x0b# loadmodule ${echo(0)}\n`), reads: [] },
  { ...text('a load line with an empty path', 'loadmodule ""\n'), reads: [{ path: '', args: [] }] },
  {
    name: 'a path that begins with -- as the value of a load option',
    args: ['--loadmodule', '--loadmodule x.so'],
    reads: [{ path: '--loadmodule x.so', args: [] }],
  },
  {
    name: 'an option without a value at the end',
    args: ['--loadmodule', echo(0), '--appendonly'],
    reads: [first],
  },
  {
    name: 'an option whose value is a load option',
    args: ['--appendonly', '--loadmodule', echo(0)],
    reads: [],
  },
];

/** Where we refuse on purpose what the server reads otherwise than its author can have meant. */
export const strictCases: ReadonlyArray<readonly [value: ParityCase, code: string]> = [
  [{ name: 'a directory for the configuration file', folders: ['sub'], args: ['sub'] }, 'VB103'],
  [{ name: 'an include of a directory', folders: ['sub'], files: { 'main.conf': 'include sub\n' } }, 'VB103'],
  [
    {
      name: 'a byte order mark that runs into the comment of a match without a newline at its end',
      files: { 'main.conf': 'include *.part\n', 'a.part': '# end', 'b.part': `\xef\xbb\xbfloadmodule ${echo(0)}\n` },
    },
    'VB113',
  ],
  [text('a NUL byte', `loadmodule ${echo(0)} a\0b\n`), 'VB106'],
  [text('an escaped NUL byte in an argument', `loadmodule ${echo(0)} "a\\x00b"\n`), 'VB414'],
];

/** What the two readers made of a case. */
export interface WrittenReading {
  readonly name: string;
  readonly ours: OurReading;
  readonly server: ServerReading;
}
