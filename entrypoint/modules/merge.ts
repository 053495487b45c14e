import { asBytes, type Bytes, bytesOf, printable, textOf } from '../bytes.ts';
import { renderLine } from '../conf/render.ts';
import { type Diagnostic, diagnose } from '../diagnostics.ts';
import { type Place, showPlace } from '../place.ts';
import { type ParsedArguments, parseArguments } from './arguments.ts';
import type { Module } from './discover.ts';
import type { LoadLine } from './loads.ts';
import { type ModuleOption, sameValue } from './option.ts';
import type { Settings } from './settings.ts';

/** Words for a module from the environment or the image. */
export interface Source {
  readonly words: readonly Bytes[];
  readonly at: Place;
}

/** One argument as it will reach the module, and who said it. */
export interface Argument {
  readonly words: readonly Bytes[];
  readonly at: Place;
}

/** A directive that the plan adds. A secret one goes through a file. */
export interface ExtraDirective {
  readonly name: Bytes;
  readonly value: Bytes;
  readonly secret: boolean;
  readonly at: Place;
}

/** One line of the wanted list. `line` is the user's own; `changed` says that it cannot stay as it stands there. */
export interface WantedLoad {
  readonly module: Module;
  readonly path: Bytes;
  readonly args: readonly Argument[];
  readonly line: LoadLine | null;
  readonly changed: boolean;
}

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

export interface MergeInput {
  readonly module: Module;
  readonly version: string | undefined;
  readonly lines: readonly LoadLine[];
  /** Whether VALKEY_MODULES lets it be added. */
  readonly selected: boolean;
  readonly environment: Source | null;
  /** Image defaults whose conditions hold. */
  readonly defaults: readonly Source[];
  readonly settings: Settings;
}

/**
 * Decides about one module (design §3.4). Not loaded: it is added. Loaded: the line is kept, and gets the options that it and the
 * configuration do not set. Loaded twice: one load with the union. Per option: command line over later line over earlier line over
 * directive over environment over image.
 */
export function mergeModule(input: MergeInput): Merged {
  const { module, lines, selected } = input;
  if (lines.length === 0 && !selected) return skip(input);
  const diagnostics: Diagnostic[] = [];
  const parsedLines = lines.map((line) => parseArguments(module, input.version, line.args, line.at));
  const own = unionOf(module, parsedLines, diagnostics);
  const weaker = weakerOptions(input, own, diagnostics);
  for (const parsed of parsedLines) diagnostics.push(...parsed.warnings);
  const first = lines[0];
  if (first === undefined) return add(input, weaker, diagnostics);
  if (!selected) diagnostics.push(diagnose('VB308', `VALKEY_MODULES leaves ${module.name} out`, { at: first.at }));
  if (lines.length > 1) {
    const places = lines.map((line) => showPlace(line.at)).join(', ');
    diagnostics.push(diagnose('VB408', `${module.name} is loaded ${lines.length} times: ${places}`, { at: first.at }));
  }
  return keep(input, first, parsedLines, own, weaker, diagnostics);
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
  parsedLines: readonly ParsedArguments[],
  own: readonly ModuleOption[],
  weaker: readonly ModuleOption[],
  diagnostics: readonly Diagnostic[],
): Merged {
  const strongest = lines.at(-1) ?? first;
  const joining = weaker.filter((option) => option.directive === null && option.words.length > 0);
  const regrouped = own.find((option) => option.key === '*' && joining.some((other) => other.key === '*'));
  const directives = weaker.filter((option) => option.directive !== null).flatMap(asDirective);
  const changed = lines.length > 1 || joining.length > 0 || parsedLines.some((parsed) => parsed.mended);
  const options = [...own.filter((option) => option !== regrouped), ...joining].filter(
    (option) => option.words.length > 0,
  );
  const args = changed ? options.map(({ words, at }) => ({ words, at })) : unchangedArguments(first, own);
  const load: WantedLoad = { module, path: strongest.path, args, line: first, changed };
  const verdict = changed || directives.length > 0 ? 'merged' : 'kept';
  return {
    module,
    verdict,
    reason: reasonOf(lines, joining, directives, changed),
    at: first.at,
    load,
    directives,
    diagnostics,
  };
}

/** The user's own words in their order; what was understood of them only tells where one option ends. */
function unchangedArguments(line: LoadLine, own: readonly ModuleOption[]): Argument[] {
  const understood = own.flatMap((option) => option.words);
  const isWhole =
    understood.length === line.args.length && understood.every((word, index) => word === line.args[index]);
  if (isWhole && own.every((option) => option.key !== '*')) return own.map(({ words, at }) => ({ words, at }));
  return line.args.map((word) => ({ words: [word], at: line.at }));
}

function reasonOf(
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

/** All options of the user's lines, the later line winning over the earlier one. */
function unionOf(module: Module, parsedLines: readonly ParsedArguments[], diagnostics: Diagnostic[]): ModuleOption[] {
  const union: ModuleOption[] = [];
  for (const option of parsedLines.flatMap((parsed) => parsed.options)) {
    const index = union.findIndex((other) => other.key === option.key);
    const earlier = union[index];
    if (earlier === undefined) {
      union.push(option);
      continue;
    }
    if (!sameValue(earlier, option)) diagnostics.push(dropped(module, earlier, option.at, shown(option)));
    union[index] = option;
  }
  return union;
}

/** What the environment and the image add to the user's own options. */
function weakerOptions(input: MergeInput, own: readonly ModuleOption[], diagnostics: Diagnostic[]): ModuleOption[] {
  const { module, version, environment, defaults, settings } = input;
  const accepted: ModuleOption[] = [];
  for (const source of environment === null ? defaults : [environment, ...defaults]) {
    const parsed = parseArguments(module, version, source.words, source.at);
    diagnostics.push(...parsed.warnings);
    for (const option of parsed.options) {
      const stronger = own.find((other) => other.key === option.key);
      const setting = option.directive === null ? undefined : settings.get(option.directive.name);
      if (stronger !== undefined) {
        if (isSplitByRewrite(stronger, option)) accepted.push(option);
        else if (!sameValue(stronger, option)) diagnostics.push(dropped(module, option, stronger.at, shown(stronger)));
      } else if (setting !== undefined) {
        const value = setting.args.join(' ') as Bytes;
        const directive = { ...option, value, words: [] };
        if (!sameValue({ ...option, words: [] }, directive)) {
          diagnostics.push(
            dropped(
              module,
              option,
              setting.at,
              option.secret ? '(redacted)' : `${option.directive?.name} ${textOf(value)}`,
            ),
          );
        }
      } else if (!accepted.some((other) => other.key === option.key)) {
        accepted.push(option);
      }
    }
  }
  return accepted;
}

/**
 * CONFIG REWRITE joins a module's arguments by plain blanks, so one argument with a blank in it comes back as two. Where the words of
 * the line are exactly what it would have made of the environment's, the environment's are meant.
 */
function isSplitByRewrite(line: ModuleOption, environment: ModuleOption): boolean {
  return (
    line.key === '*' &&
    line.words.length > environment.words.length &&
    line.words.join(' ') === environment.words.join(' ')
  );
}

function dropped(module: Module, option: ModuleOption, winner: Place, winning: string): Diagnostic {
  const message = `${module.name}: ${shown(option)} (${showPlace(option.at)}) is dropped, ${showPlace(winner)} says ${winning}`;
  return diagnose('VB407', message, { at: option.at });
}

function shown(option: ModuleOption): string {
  if (option.secret) return `${option.key} (redacted)`;
  if (option.off) return `no ${option.key}`;
  if (option.words.length > 0) return printable(textOf(renderLine(option.words)));
  return printable(`${option.directive?.name ?? option.key} ${textOf(option.value ?? asBytes(''))}`);
}
