import type { Settings } from '../conf/configuration.ts';
import { renderLine } from '../conf/tokenize.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { asBytes, type Bytes, bytesOf, printable, textOf } from '../text/bytes.ts';
import { type Place, showPlace } from '../text/place.ts';
import { isSecretDirective, withoutSecrets } from '../text/secrets.ts';
import { type ParsedArguments, parseArguments } from './arguments.ts';
import type { LoadLine, Module } from './discover.ts';
import { IGNORED, type ModuleOption, sameValue } from './option.ts';

/** Words for a module from the environment or the image. */
export interface Source {
  readonly words: readonly Bytes[];
  readonly at: Place;
}

/** One argument as it will reach the module, and who said it. */
export interface Argument {
  readonly words: readonly Bytes[];
  readonly at: Place;
  /** The directive that the module hears instead. */
  readonly overriddenAt?: Place;
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

export interface MergeInput {
  readonly module: Module;
  readonly version: string | undefined;
  readonly lines: readonly LoadLine[];
  /** True if VALKEY_MODULES lets it be added. */
  readonly selected: boolean;
  readonly environment: Source | null;
  /** Image defaults whose conditions hold. */
  readonly defaults: readonly Source[];
  readonly settings: Settings;
  /** Those of the command line, and of what it includes. */
  readonly overrides: Settings;
}

/** All options of the user's lines, the later line winning over the earlier one. */
export function unionOf(
  module: Module,
  parsedLines: readonly ParsedArguments[],
  diagnostics: Diagnostic[],
): ModuleOption[] {
  const union: ModuleOption[] = [];
  for (const option of parsedLines.flatMap((parsed) => parsed.options)) {
    const index = union.findIndex((other) => other.key === option.key);
    const earlier = union[index];
    if (earlier === undefined) {
      union.push(option);
      continue;
    }
    if (option.key !== IGNORED && !agree(module, earlier, option)) diagnostics.push(dropped(module, earlier, option));
    union[index] = option;
  }
  return union;
}

/** The options that the environment and the image add to the user's own, as far as the module hears those. */
export function weakerOptions(
  input: MergeInput,
  own: readonly ModuleOption[],
  diagnostics: Diagnostic[],
): ModuleOption[] {
  const { module, version, environment, defaults, settings } = input;
  const accepted: ModuleOption[] = [];
  for (const source of environment === null ? defaults : [environment, ...defaults]) {
    const parsed = parseArguments(module, version, source.words, source.at);
    diagnostics.push(...parsed.warnings);
    for (const option of parsed.options) {
      const stronger = own.find((other) => other.key === option.key);
      const setting = settingOf(option, settings);
      if (stronger !== undefined) {
        if (isSplitByRewrite(stronger, option)) accepted.push(option);
        else if (!agree(module, stronger, option)) diagnostics.push(dropped(module, option, stronger));
      } else if (setting !== null) {
        if (!agree(module, option, setting)) diagnostics.push(dropped(module, option, setting));
      } else if (!accepted.some((other) => other.key === option.key)) {
        accepted.push(option);
      }
    }
  }
  return accepted;
}

/**
 * CONFIG REWRITE joins a module's arguments by plain blanks, so one argument with a blank in it comes back as two.
 * Where the words of the line are exactly what it would have made of the environment's, the environment's are meant.
 */
function isSplitByRewrite(line: ModuleOption, environment: ModuleOption): boolean {
  return (
    line.key === '*' &&
    line.words.length > environment.words.length &&
    line.words.join(' ') === environment.words.join(' ')
  );
}

/** The user's directive for the same thing, as an option; null if none is set. */
function settingOf(option: ModuleOption, settings: Settings): ModuleOption | null {
  const setting = option.directive === null ? undefined : settings.get(option.directive.name);
  if (setting === undefined) return null;
  const value = setting.args.join(' ') as Bytes;
  return { ...option, value, words: [setting.directive.name, ...setting.args], at: setting.at };
}

/** True if two options of one key say the same to their module. */
function agree({ manifest }: Module, a: ModuleOption, b: ModuleOption): boolean {
  return sameValue(a, b, manifest?.loadArgs.options[a.key]?.type);
}

function dropped(module: Module, loser: ModuleOption, winner: ModuleOption): Diagnostic {
  const message = `${module.name}: ${showOption(loser)} (${showPlace(loser.at)}) is dropped, ${showPlace(winner.at)} says ${showOption(winner)}`;
  return diagnose('VB407', message, { at: loser.at });
}

function showOption(option: ModuleOption): string {
  if (option.secret) return isSecretDirective(option.key) ? `${option.key} (redacted)` : '(redacted)';
  if (option.off) return `no ${option.key}`;
  const { words, directive, key, value } = option;
  const said = words.length > 0 ? words : [directive?.name ?? bytesOf(key), value ?? asBytes('')];
  return printable(withoutSecrets(textOf(renderLine(said))));
}

/** The options of the user's load lines beside the user's directives. */
export interface Settled {
  /** The options that stay on the load line. */
  readonly staying: readonly ModuleOption[];
  /** Those that stay there although the module hears a directive instead, with the place of that directive. */
  readonly overridden: ReadonlyMap<ModuleOption, Place>;
  /** The directives that make the module hear an argument over the user's directive. */
  readonly directives: readonly ExtraDirective[];
}

/**
 * Settles which of the two counts where an argument and a directive say different things about one option. The command
 * line wins over the file: against a module that prefers its directives by one more directive, against one that prefers
 * its arguments by taking the argument away. Within one of them the module decides. Warns VB407 for each that does not
 * count.
 */
export function settle(
  { module, lines, settings, overrides }: MergeInput,
  parsedLines: readonly ParsedArguments[],
  own: readonly ModuleOption[],
  diagnostics: Diagnostic[],
): Settled {
  const prefersDirectives = module.manifest?.loadArgs.directivesWin ?? false;
  const staying: ModuleOption[] = [];
  const overridden = new Map<ModuleOption, Place>();
  const directives: ExtraDirective[] = [];
  for (const option of own) {
    const { directive, secret, at } = option;
    const setting = settingOf(option, settings);
    if (directive === null || setting === null || agree(module, option, setting)) {
      staying.push(option);
      continue;
    }
    const isOverride = overrides.has(directive.name);
    const isOption = lines[parsedLines.findIndex(({ options }) => options.includes(option))]?.from === 'options';
    const directiveWins = isOverride === isOption ? prefersDirectives : isOverride;
    diagnostics.push(directiveWins ? dropped(module, option, setting) : dropped(module, setting, option));
    if (!directiveWins || prefersDirectives) staying.push(option);
    if (directiveWins) overridden.set(option, setting.at);
    else if (prefersDirectives) directives.push({ ...directive, secret, at });
  }
  return { staying, overridden, directives };
}
