import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { bytesOf } from '../text/bytes.ts';
import { type Place, showPlace } from '../text/place.ts';
import { parseArguments } from './arguments.ts';
import type { LoadLine, Module } from './discover.ts';
import { IGNORED, type ModuleOption, sameWords } from './option.ts';
import {
  type Argument,
  type ExtraDirective,
  type MergeInput,
  type Settled,
  settle,
  unionOf,
  type WantedLoad,
  weakerOptions,
} from './precedence.ts';

type Verdict = 'added' | 'kept' | 'merged' | 'skipped';

export interface Merged {
  readonly module: Module;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly at: Place;
  readonly load: WantedLoad | null;
  readonly directives: readonly ExtraDirective[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides about one module. Not loaded: it is added. Loaded: the line is kept, and gets the options that
 * it and the configuration do not set. Loaded twice: one load with the union. Per option: command line over later line
 * over earlier line over environment over image; directives stand beside the lines of the command line or of the file.
 */
export function mergeModule(input: MergeInput): Merged {
  const { module, lines, selected } = input;
  if (lines.length === 0 && !selected) return skip(input);
  const diagnostics: Diagnostic[] = [];
  const parsedLines = lines.map((line) => parseArguments(module, input.version, line.args, line.at));
  const union = unionOf(module, parsedLines, diagnostics);
  const settled = settle(input, parsedLines, union, diagnostics);
  const heard = settled.staying.filter((option) => !settled.overridden.has(option));
  const weaker = weakerOptions(input, heard, diagnostics);
  for (const parsed of parsedLines) diagnostics.push(...parsed.warnings);
  const first = lines[0];
  if (first === undefined) return add(input, weaker, diagnostics);
  if (!selected) diagnostics.push(diagnose('VB308', `VALKEY_MODULES leaves ${module.name} out`, { at: first.at }));
  if (lines.length > 1) {
    const places = lines.map((line) => showPlace(line.at)).join(', ');
    diagnostics.push(diagnose('VB408', `${module.name} is loaded ${lines.length} times: ${places}`, { at: first.at }));
  }
  const mended = settled.staying.length < union.length || parsedLines.some((parsed) => parsed.mended);
  return keep(input, first, mended, settled, weaker, diagnostics);
}

function skip({ module, environment }: MergeInput): Merged {
  const at: Place = { kind: 'variable', name: 'VALKEY_MODULES' };
  const message = `${module.variable}_MODULE_ARGS is set, but VALKEY_MODULES leaves ${module.name} out`;
  const diagnostics = environment === null ? [] : [diagnose('VB210', message, { at: environment.at })];
  return {
    module,
    verdict: 'skipped',
    reason: 'VALKEY_MODULES leaves it out',
    at,
    load: null,
    directives: [],
    diagnostics,
  };
}

function add({ module }: MergeInput, weaker: readonly ModuleOption[], diagnostics: readonly Diagnostic[]): Merged {
  const at: Place = { kind: 'directory', path: module.path };
  const onLine = weaker.filter((option) => option.words.length > 0);
  const args = onLine.map(({ words, at }) => ({ words, at }));
  const path = bytesOf(module.path);
  const load: WantedLoad = { module, path, args, line: null, changed: false };
  const directives = weaker.filter((option) => option.words.length === 0).flatMap(asDirective);
  return { module, verdict: 'added', reason: 'no load line names it', at, load, directives, diagnostics };
}

function keep(
  { module, lines }: MergeInput,
  first: LoadLine,
  mended: boolean,
  { staying: own, overridden, directives: enforced }: Settled,
  weaker: readonly ModuleOption[],
  diagnostics: readonly Diagnostic[],
): Merged {
  const strongest = lines.at(-1) ?? first;
  const joining = weaker.filter((option) => option.directive === null && option.words.length > 0);
  const regrouped = own.find((option) => option.key === '*' && joining.some((other) => other.key === '*'));
  const directives = [...enforced, ...weaker.filter((option) => option.directive !== null).flatMap(asDirective)];
  const options = [...own.filter((option) => option !== regrouped), ...joining].filter(
    (option) => option.words.length > 0,
  );
  const changed = lines.length > 1 ? !stands(lines, options, strongest) : joining.length > 0 || mended;
  const asArgument = (option: ModuleOption): Argument => {
    const overriddenAt = overridden.get(option);
    return { words: option.words, at: option.at, ...(overriddenAt !== undefined && { overriddenAt }) };
  };
  const args = isWhole(first, own) || changed ? options.map(asArgument) : wordsOfLine(first);
  const load: WantedLoad = { module, path: strongest.path, args, line: first, changed };
  const verdict = lines.length > 1 || changed || directives.length > 0 ? 'merged' : 'kept';
  return {
    module,
    verdict,
    reason: reasonFor(lines, joining, directives, changed),
    at: first.at,
    load,
    directives,
    diagnostics,
  };
}

/**
 * True if the one line in the file already is what several lines come to, as after CONFIG REWRITE of a module that the
 * command line loads: then only the options go, and the file stays.
 */
function stands(lines: readonly LoadLine[], options: readonly ModuleOption[], strongest: LoadLine): boolean {
  const [first, ...others] = lines;
  if (first === undefined || first.from !== 'file' || others.some((line) => line.from === 'file')) return false;
  const words = options.flatMap((option) => option.words);
  return sameWords(words, first.args) && strongest.path === first.path;
}

/** True if all of a line was understood, in its order. */
function isWhole({ args }: LoadLine, own: readonly ModuleOption[]): boolean {
  const understood = own.flatMap((option) => option.words);
  return sameWords(understood, args) && own.every((option) => option.key !== '*' && option.key !== IGNORED);
}

/** The user's own words in their order, for a module whose options cannot be told apart. */
function wordsOfLine(line: LoadLine): Argument[] {
  return line.args.map((word) => ({ words: [word], at: line.at }));
}

function reasonFor(
  lines: readonly LoadLine[],
  joining: readonly ModuleOption[],
  directives: readonly ExtraDirective[],
  changed: boolean,
): string {
  if (lines.length > 1) return `${lines.length} load lines were joined into one`;
  if (joining.length > 0) return 'arguments without a directive of their own join the load line';
  if (changed) return 'the load line was mended';
  if (directives.length > 0) return 'the load line stays, arguments are added as directives';
  return 'a load line names it';
}

function asDirective(option: ModuleOption): ExtraDirective[] {
  return option.directive === null ? [] : [{ ...option.directive, secret: option.secret, at: option.at }];
}
