import fc from 'fast-check';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { type Case, changes } from './case.ts';
import { arbitraryCommandLine } from './generate-command-line.ts';
import { arbitraryLine, type Mood, type Names } from './generate-lines.ts';

/**
 * Generates cases over every production that the reader knows. What is often refused is kept to one case in twenty and command lines to
 * one in twenty, since each of those costs a server start of its own. The odd file names of a seed are those of all its cases.
 */
export function sampleCases(modules: string, seed: number, size: number): Case[] {
  const [odd = []] = fc.sample(fc.uniqueArray(arbitraryFileName(), { minLength: 3, maxLength: 3 }), {
    seed,
    numRuns: 1,
  });
  const names: Names = { modules, files: FILES, patterns: PATTERNS, odd: odd.map((name) => `conf.d/${name}`) };
  const cases = fc.oneof(
    { weight: 21, arbitrary: arbitraryCaseOf(names, 'calm') },
    { weight: 1, arbitrary: arbitraryCaseOf(names, 'daring') },
  );
  return fc.sample(cases, { seed, numRuns: size });
}

/** They stand in every directory that `dir` leads to. */
const FILES = ['one.conf', './one.conf', 'sub/../one.conf', 'two.conf', 'sub/two.conf', 'deep.conf'];

const PATTERNS = [
  'conf.d/*.conf',
  'conf.d/?.conf',
  'conf.d/[ab].conf',
  'conf.d/[]a].conf',
  'conf.d/[!a].conf',
  'conf.d/[[]c].conf',
  '*.none',
  'conf.d/.*.conf',
  'conf.?/*',
  'conf.d/\\a*',
  '[c',
  'conf.d/[a-z]*[f]',
];

function arbitraryCaseOf(names: Names, mood: Mood): fc.Arbitrary<Case> {
  const text = (most: number, files: readonly string[], patterns: readonly string[], odd: readonly string[]) =>
    // Where nothing is meant to be refused, no file can come to include itself.
    arbitraryText(mood === 'calm' ? { ...names, files, patterns, odd } : names, mood, most);
  const last = (most: number) => text(most, ['deep.conf'], [], []);
  const one = (most: number) => text(most, ['two.conf', 'deep.conf', './deep.conf'], names.patterns, names.odd);
  const two = (most: number) => text(most, ['deep.conf'], names.patterns, names.odd);
  const deep = text(2, [], [], []);
  const far = fc.constantFrom('', `loadmodule ${names.modules}/report.so far\n`, 'include deep.conf\n');
  const files = fc.record({
    'main.conf': text(6, names.files, names.patterns, names.odd),
    'one.conf': one(3),
    'two.conf': two(2),
    'deep.conf': deep,
    'sub/one.conf': one(2),
    'sub/two.conf': two(2),
    'sub/deep.conf': deep,
    'sub/sub/one.conf': far,
    'sub/sub/two.conf': far,
    'sub/sub/deep.conf': fc.constant('# deep\n'),
    'conf.d/a.conf': last(2),
    'conf.d/b.conf': last(2),
    'conf.d/.hidden.conf': last(1),
    'conf.d/[c].conf': last(1),
    ...Object.fromEntries(names.odd.map((name) => [name, last(2)])),
  });
  const args = fc.oneof(
    { weight: 19, arbitrary: fc.constant(['main.conf']) },
    { weight: 1, arbitrary: arbitraryCommandLine(names) },
  );
  const stdin = arbitraryText(names, mood, 3);
  const change = fc.constantFrom(...changes, 'longer', 'fewer');
  const runsOn = fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
  return fc.record({ files, args, stdin, change, runsOn }).map(({ runsOn: isOpen, ...generated }) => {
    const readsStdin = generated.args[0] === '-' || generated.args.at(-1) === '-';
    return {
      ...generated,
      files: isOpen ? withoutLastNewlines(generated.files) : generated.files,
      stdin: readsStdin ? generated.stdin : null,
    };
  });
}

/** Each file then runs into what is read behind it: the next match of a pattern, or standard input. */
function withoutLastNewlines(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replace(/\r?\n$/, '')]));
}

function arbitraryText(names: Names, mood: Mood, most: number): fc.Arbitrary<string> {
  const ending = fc.oneof({ weight: 8, arbitrary: fc.constant('\n') }, { weight: 1, arbitrary: fc.constant('\r\n') });
  return fc
    .tuple(fc.array(fc.tuple(arbitraryLine(names, mood), ending), { maxLength: most }), fc.boolean())
    .map(([lines, ends]) => {
      const joined = lines.map(([content, newline]) => content + newline).join('');
      return ends || mood === 'calm' ? joined : joined.replace(/\r?\n$/, '');
    });
}

/** A file name of any bytes but NUL and a slash, short enough that patterns often match one. */
function arbitraryFileName(): fc.Arbitrary<string> {
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
