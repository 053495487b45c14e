import { asBytes, bytesOf, textOf } from './bytes.ts';
import { parseLine } from './conf/parse.ts';
import { renderLine } from './conf/render.ts';
import { tokenize } from './conf/tokenize.ts';
import type { ExtraDirective, WantedLoad } from './modules/merge.ts';
import type { CommandLine, OptionLine } from './options.ts';

/**
 * A load line as the one element that the server accepts for arguments that begin with `--` (facts: one element with blanks in it is
 * taken raw). What the renderer makes is ASCII, so the string is its bytes.
 */
export function loadElement(load: WantedLoad): string {
  return `--${renderLine([asBytes('loadmodule'), load.path, ...load.args.flatMap((argument) => argument.words)])}`;
}

/** A directive as one element; an element with both words in it never takes the next one for its value. */
export function directiveElement({ name, value }: Pick<ExtraDirective, 'name' | 'value'>): string {
  return `--${renderLine([name, value])}`;
}

/** `--include <path>` as one element. */
export function includeElement(path: string): string {
  return `--${renderLine([asBytes('include'), bytesOf(path)])}`;
}

/**
 * The user's options without the lines in `removed`. Elements that made only other lines stay to the letter; an element that made a
 * removed line and another one (it holds a newline, or a line ran on into it) is written anew from the lines that stay and say something.
 */
export function optionsWithout(commandLine: CommandLine, removed: ReadonlySet<OptionLine>): string[] {
  const { elements, lines } = commandLine;
  const touched = new Set<number>();
  for (const line of removed) for (const index of rangeOf(line)) touched.add(index);
  const rewritten = new Map<number, string[]>();
  for (const line of lines) {
    if (removed.has(line) || !rangeOf(line).some((index) => touched.has(index))) continue;
    for (const index of rangeOf(line)) touched.add(index);
    if (parseLine(line) !== null) rewritten.set(line.from, [...(rewritten.get(line.from) ?? []), oneElement(line)]);
  }
  const options = elements.flatMap(({ text }, index) => {
    if (isInput(commandLine, index)) return [];
    return touched.has(index) ? (rewritten.get(index) ?? []) : [text];
  });
  return options.at(-1) === '-' ? [...options, COMMENT] : options;
}

/** A line that says nothing, behind a `-` that is a value: as the last element that would be standard input. */
const COMMENT = '--#';

/** A line as one element. As a single word it would take the next element for its value, so a comment line is put behind it. */
function oneElement(line: OptionLine): string {
  const element = `--${textOf(line.text)}`;
  const words = tokenize(bytesOf(element));
  return words.ok && words.words.length === 1 ? `${element}\n#` : element;
}

/** Whether an element is the configuration file or the `-` of standard input rather than an option. */
function isInput(commandLine: CommandLine, index: number): boolean {
  const { elements, confFile, readsStdin } = commandLine;
  if (index === 0 && confFile !== null) return true;
  return readsStdin && elements[index]?.text === '-' && (index === 0 || index === elements.length - 1);
}

function rangeOf({ from, to }: OptionLine): number[] {
  return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
}

/**
 * Whether options begin with a word that continues a line rather than with `--`: `valkey-server x.conf appendonly yes` is a line to the
 * server. What is put before it must then end its own line.
 */
export function beginsInsideLine(options: readonly string[]): boolean {
  return options[0] !== undefined && !options[0].startsWith('--');
}

/** Closes the line that an element begins, so that a word behind it cannot join it. */
export function closed(element: string): string {
  return `${element}\n`;
}
