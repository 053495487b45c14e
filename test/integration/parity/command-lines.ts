import { echo, type ParityCase } from './case.ts';

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
  options('a value that begins with --', '--logfile', '--x', '--loadmodule', echo(0)),
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
