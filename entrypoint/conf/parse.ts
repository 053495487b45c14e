import { asBytes, type Bytes } from '../bytes.ts';
import { frame } from '../code-frame.ts';
import { refuse } from '../diagnostics.ts';
import { currentGrammar, type Grammar } from './grammar.ts';
import type { SourceLine } from './source.ts';
import { tokenize } from './tokenize.ts';

/** A line that says something. `name` is in lower case, as the server compares names; `args` are the words after it. */
export interface Directive {
  readonly name: Bytes;
  readonly args: readonly Bytes[];
  readonly line: SourceLine;
}

/**
 * Reads one line as the server does (config.c, loadServerConfigFromString): trimmed, empty lines and lines that begin with `#`
 * say nothing, there are no comments behind a directive. Null for a line that says nothing; refuses VB105 for unbalanced
 * quotes, VB107 for an include or loadmodule with the wrong number of words.
 */
export function parseLine(line: SourceLine, grammar: Grammar = currentGrammar): Directive | null {
  const trimmed = trim(line.text);
  if (trimmed === '' || trimmed.charCodeAt(0) === HASH) return null;
  const tokens = tokenize(trimmed, grammar);
  if (!tokens.ok) {
    const column = line.text.indexOf(trimmed) + tokens.column;
    const problem =
      tokens.problem === 'unclosed' ? 'a quote is not closed' : 'a closing quote is not followed by a blank';
    throw refuse('VB105', problem, { at: line.at, column, frame: frame(line.text, column) });
  }
  const [name] = tokens.words;
  if (name === undefined) return null;
  const directive = { name: lowerCase(name), args: tokens.words.slice(1), line };
  checkWordCount(directive);
  return directive;
}

const HASH = 0x23;

/** sdstrim(line, " \t\r\n"): unlike isspace it leaves vertical tabs and form feeds. */
function trim(text: Bytes): Bytes {
  let from = 0;
  let to = text.length;
  while (from < to && isTrimmed(text.charCodeAt(from))) from++;
  while (to > from && isTrimmed(text.charCodeAt(to - 1))) to--;
  return asBytes(text.slice(from, to));
}

function isTrimmed(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Lower case of ASCII letters only: bytes above 127 are not letters to the server. */
function lowerCase(name: Bytes): Bytes {
  if (!/[A-Z]/.test(name)) return name;
  return asBytes(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

function checkWordCount(directive: Directive): void {
  const { name, args, line } = directive;
  if (name !== 'include' && name !== 'loadmodule') return;
  const details = { at: line.at, frame: frame(line.text) };
  if (name === 'include' && args.length !== 1) {
    throw refuse('VB107', `include takes exactly one path, got ${args.length} words`, {
      ...details,
      hint: args.length === 0 ? 'Name the file.' : 'Put quotes around a path with blanks; use one include line a file.',
    });
  }
  if (name === 'loadmodule' && args.length === 0) {
    throw refuse('VB107', 'loadmodule names no module', {
      ...details,
      hint: 'Write loadmodule <path> [argument ...].',
    });
  }
}
