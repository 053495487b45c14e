import { asBytes, type Bytes } from '../bytes.ts';
import { frame } from '../code-frame.ts';
import { refuse } from '../diagnostics.ts';
import { currentGrammar, type Grammar } from './grammar.ts';
import type { SourceLine } from './source.ts';
import { firstPlainWord, isPlain, tokenize } from './tokenize.ts';

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
  if (isPlain(trimmed, grammar)) {
    const plainName = firstPlainWord(trimmed);
    if (plainName === null) return null;
    const directive = new PlainDirective(lowerCase(plainName), line, trimmed, grammar);
    checkWordCount(directive);
    return directive;
  }
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

/** A plain line, cut into words when somebody asks for them: of a long configuration hardly any are. */
class PlainDirective implements Directive {
  readonly name: Bytes;
  readonly line: SourceLine;
  readonly #trimmed: Bytes;
  readonly #grammar: Grammar;
  #args: readonly Bytes[] | null = null;

  constructor(name: Bytes, line: SourceLine, trimmed: Bytes, grammar: Grammar) {
    this.name = name;
    this.line = line;
    this.#trimmed = trimmed;
    this.#grammar = grammar;
  }

  get args(): readonly Bytes[] {
    if (this.#args === null) {
      const tokens = tokenize(this.#trimmed, this.#grammar);
      this.#args = tokens.ok ? tokens.words.slice(1) : [];
    }
    return this.#args;
  }
}

/** sdstrim(line, " \t\r\n"): unlike isspace it leaves vertical tabs and form feeds, and bytes beyond ASCII are no blanks. */
export function trim(text: Bytes): Bytes {
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
  let at = 0;
  while (at < name.length && !isUpperCase(name.charCodeAt(at))) at++;
  if (at === name.length) return name;
  return asBytes(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

function isUpperCase(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function checkWordCount(directive: Directive): void {
  const { name, line } = directive;
  if (name !== 'include' && name !== 'loadmodule') return;
  const { args } = directive;
  if (name === 'include' ? args.length === 1 : args.length > 0) return;
  const details = { at: line.at, frame: frame(line.text) };
  if (name === 'include') {
    throw refuse('VB107', `include takes exactly one path, got ${args.length} words`, {
      ...details,
      hint: args.length === 0 ? 'Name the file.' : 'Put quotes around a path with blanks; use one include line a file.',
    });
  }
  throw refuse('VB107', 'loadmodule names no module', {
    ...details,
    hint: 'Write loadmodule <path> [argument ...].',
  });
}
