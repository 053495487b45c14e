import { asBytes, type Bytes, bytesOf } from './bytes.ts';
import { currentGrammar, type Grammar } from './conf/grammar.ts';
import type { SourceLine } from './conf/source.ts';
import { tokenize } from './conf/tokenize.ts';
import type { Place } from './place.ts';

/** One element of the server's command line (the program not counted), and who said it. */
export interface Element {
  readonly text: string;
  readonly at: Place;
}

/** One line that the options make, and the elements (indices, both inclusive) that make it. */
export interface OptionLine extends SourceLine {
  readonly from: number;
  readonly to: number;
}

/** The server's command line, taken apart by the server's own rule. */
export interface CommandLine {
  readonly elements: readonly Element[];
  readonly confFile: Element | null;
  readonly readsStdin: boolean;
  readonly lines: readonly OptionLine[];
}

/**
 * Reads a command line as main() in server.c does. The first element, if it does not begin with `-`, is the configuration file. `-`
 * as first or last element is standard input. An element that begins with `--` while no value is awaited begins a line and is
 * taken raw; if it is a single word, the next element is its value whatever it looks like (but for --save and --sentinel). Every
 * other element is quoted and joins the line before it.
 */
export function readCommandLine(elements: readonly Element[], grammar: Grammar = currentGrammar): CommandLine {
  const [first] = elements;
  const confFile = first !== undefined && !first.text.startsWith('-') ? first : null;
  const pieces: Piece[] = [];
  let readsStdin = false;
  let awaitsValue = false;
  let isEmpty = true;
  for (const [index, { text }] of elements.entries()) {
    if (index === 0 && confFile !== null) continue;
    if (text === '-' && (index === 0 || index === elements.length - 1)) {
      readsStdin = true;
      continue;
    }
    if (awaitsValue || !text.startsWith('--')) {
      pieces.push({ text: quote(bytesOf(text)), index });
      isEmpty = false;
      awaitsValue = false;
      continue;
    }
    if (!isEmpty) pieces.push({ text: '\n', index });
    isEmpty = false;
    pieces.push({ text: `${bytesOf(text).slice(2)} `, index });
    const words = tokenize(bytesOf(text), grammar);
    awaitsValue = words.ok && words.words.length === 1;
    if (awaitsValue && standsAlone(text, elements[index + 1]?.text)) {
      if (text.toLowerCase() === '--save') pieces.push({ text: '""', index });
      awaitsValue = false;
    }
  }
  return { elements, confFile, readsStdin, lines: linesOf(pieces, elements) };
}

/** `--save` and `--sentinel` need no value: before another option, and at the end. */
function standsAlone(option: string, next: string | undefined): boolean {
  return /^--(save|sentinel)$/i.test(option) && (next === undefined || next.startsWith('--'));
}

/** sdscatrepr and a blank: the element as one word in double quotes. */
function quote(value: Bytes): string {
  return `"${value.replace(/[^ !#-[\]-~]/g, escapeByte)}" `;
}

function escapeByte(byte: string): string {
  return ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

interface Piece {
  readonly text: string;
  readonly index: number;
}

/** The joined text cut into lines. A raw element may hold newlines of its own, so one element can make several lines. */
function linesOf(pieces: readonly Piece[], elements: readonly Element[]): OptionLine[] {
  const lines: { text: string; from: number; to: number }[] = [];
  let open: { text: string; from: number; to: number } | null = null;
  for (const { text, index } of pieces) {
    for (const [position, part] of text.split('\n').entries()) {
      if (position > 0 || open === null) {
        open = { text: '', from: index, to: index };
        lines.push(open);
      }
      if (part === '') continue;
      if (open.text === '') open.from = index;
      open.text += part;
      open.to = index;
    }
  }
  return lines.map(({ text, from, to }) => {
    const at = elements[from]?.at ?? { kind: 'argument', index: from + 1 };
    return { text: asBytes(text), at, from, to };
  });
}
