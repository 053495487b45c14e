import { type Details, type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import type { ConfFiles } from '../host/host.ts';
import { asBytes, type Bytes, pathOf } from '../text/bytes.ts';
import { absolute, frame, type Place, showPlace } from '../text/place.ts';
import { withoutSecrets } from '../text/secrets.ts';
import { type Directive, parseLine, type Segment, type SourceLine, sourceLines, trim } from './parse.ts';
import type { Grammar } from './tokenize.ts';

/** A configuration as it was read: its lines in order, an include holding the lines it brought. */
export type Entry =
  | { readonly kind: 'silent'; readonly line: SourceLine }
  | { readonly kind: 'directive'; readonly directive: Directive }
  | {
      readonly kind: 'include';
      readonly directive: Directive;
      readonly target: string;
      readonly entries: readonly Entry[];
    };

/** The state of reading. `cwd` moves with `dir` directives, as the server's own working directory does. */
export interface Reading {
  cwd: string;
  readonly files: string[];
  readonly warnings: Diagnostic[];
  readonly open: string[];
  /** The grammar of the server's version; the current one if it is left out. */
  readonly grammar?: Grammar;
}

/** More includes than this are taken for includes that include each other. */
const MOST_FILES = 10_000;

/**
 * Nobody nests that deep by hand. The recursion, here and where the entries are read, ends its stack at more than twice
 * as many.
 */
const DEEPEST = 500;

/** Details of a diagnostic, made only when there is one. */
type Said = () => Details;

/**
 * The main configuration file and, after it without a newline in between, standard input. Either may be null. The file
 * is an absolute path, and one with `*`, `?` or `[` in it is a pattern to the server here too.
 */
export function readMain(files: ConfFiles, file: MainFile | null, stdin: Bytes | null, reading: Reading): Entry[] {
  const segments = file === null ? [] : segmentsOf(files, file.path, '/', () => ({ at: file.at }), reading);
  if (file !== null && segments.length === 0) {
    const message = `${file.path} is a pattern to the server, and nothing matches it: it starts without a configuration`;
    reading.warnings.push(diagnose('VB112', message, { at: file.at }));
  }
  if (stdin !== null) segments.push({ text: withoutNul(stdin, { kind: 'stdin', line: 1 }), origin: { kind: 'stdin' } });
  return readSegments(files, segments, null, reading);
}

/** The configuration file and the place that names it. */
export interface MainFile {
  readonly path: string;
  readonly at: Place;
}

/** Lines in order, with the includes among them read in place. */
export function readLines(files: ConfFiles, lines: readonly SourceLine[], reading: Reading): Entry[] {
  return lines.map((line) => {
    if (line.runsInto !== undefined && trim(line.text) !== '') reading.warnings.push(runsTogether(line, line.runsInto));
    const directive = parseLine(line, reading.grammar);
    if (directive === null) return { kind: 'silent', line };
    if (directive.name === 'include') return readInclude(files, directive, reading);
    if (directive.name === 'dir') changeDirectory(files, directive, reading);
    return { kind: 'directive', directive };
  });
}

/** The server changes its directory as it reads the line, and reads what follows from there. */
function changeDirectory(files: ConfFiles, directive: Directive, reading: Reading): void {
  const [dir] = directive.args;
  if (dir === undefined || directive.args.length !== 1) return;
  const path = absolute(pathOf(dir), reading.cwd);
  const real = files.realDirectory(path);
  if (real === null) reading.warnings.push(missingDirectory(directive, path));
  reading.cwd = real ?? path;
}

/** Every directive in the order in which the server meets it, those of included files at their include. */
export function directivesOf(entries: readonly Entry[], into: Directive[] = []): Directive[] {
  for (const entry of entries) {
    if (entry.kind === 'directive') into.push(entry.directive);
    if (entry.kind === 'include') directivesOf(entry.entries, into);
  }
  return into;
}

function readInclude(files: ConfFiles, directive: Directive, reading: Reading): Entry {
  const path = pathOf(directive.args[0] ?? asBytes(''));
  const target = absolute(path, reading.cwd);
  const by: Said = () => ({ at: directive.line.at, frame: frame(directive.line.text) });
  const segments = segmentsOf(files, path, reading.cwd, by, reading);
  return { kind: 'include', directive, target, entries: readSegments(files, segments, by, reading) };
}

/**
 * Reads joined pieces as one text. Such a text, not a file, may not contain itself: a pattern's matches may include one
 * of them again without end only if the same matches come round again.
 */
function readSegments(files: ConfFiles, segments: readonly Segment[], by: Said | null, reading: Reading): Entry[] {
  const real = segments.map(({ origin }) => (origin.kind === 'file' ? files.realFile(origin.path) : 'standard input'));
  const text = real.join(' + ');
  const already = reading.open.indexOf(text);
  if (already >= 0 && text !== '' && by !== null) {
    throw refuse('VB104', `${text} includes itself: ${[...reading.open.slice(already), text].join(' -> ')}`, by());
  }
  if (reading.open.length > DEEPEST) throw refuse('VB110', `includes are nested more than ${DEEPEST} deep`, by?.());
  reading.open.push(text);
  const entries = readLines(files, sourceLines(segments), reading);
  reading.open.pop();
  return entries;
}

function segmentsOf(files: ConfFiles, path: string, cwd: string, by: Said, reading: Reading): Segment[] {
  const isPattern = /[*?[]/.test(path);
  const found = isPattern ? files.glob(path, cwd) : [absolute(path, cwd)];
  return found.flatMap((file) => {
    reading.files.push(file);
    if (reading.files.length > MOST_FILES) throw refuse('VB110', `more than ${MOST_FILES} files are included`, by());
    const text = readFile(files, file, by, isPattern);
    return text === null ? [] : [{ text, origin: { kind: 'file', path: file } as const }];
  });
}

function readFile(files: ConfFiles, path: string, by: Said, matched: boolean): Bytes | null {
  const read = files.readConf(path);
  switch (read.kind) {
    case 'text':
      return withoutNul(read.text, { kind: 'file', path, line: 1 });
    case 'missing':
      throw refuse('VB101', `${withoutSecrets(path)} does not exist`, by());
    case 'unreadable':
      throw refuse('VB102', `${withoutSecrets(path)} cannot be read: ${read.why}`, by());
    case 'directory':
      // The server takes a directory among a glob's matches for an empty file, and so does this reader.
      if (matched) return null;
      throw refuse('VB103', `${path} is a directory`, by());
    case 'special':
      throw refuse('VB108', `${path} is a ${read.what}, not a file`, by());
  }
}

function withoutNul(text: Bytes, first: Place): Bytes {
  const nul = text.indexOf('\0');
  if (nul < 0) return text;
  const line = text.slice(0, nul).split('\n').length;
  const at: Place = first.kind === 'file' ? { ...first, line } : { kind: 'stdin', line };
  throw refuse('VB106', 'the text has a NUL byte, behind which the server would read nothing', { at });
}

/** A warning here: the server says the same and ends, and a plan made on another machine has no such directory. */
function missingDirectory({ line }: Directive, path: string): Diagnostic {
  return diagnose('VB111', `${path} is not a directory that can be entered`, { at: line.at, frame: frame(line.text) });
}

function runsTogether(line: SourceLine, next: Place): Diagnostic {
  return diagnose('VB109', `the file ends without a newline, and its last line runs into ${showPlace(next)}`, {
    at: line.at,
    frame: frame(line.text),
  });
}
