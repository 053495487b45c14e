import { asBytes, type Bytes, bytesOf, printable, textOf } from '../bytes.ts';
import { renderLine } from '../conf/render.ts';
import { type Diagnostic, diagnose } from '../diagnostics.ts';
import { showPlace } from '../place.ts';
import { isSecretDirective, withoutSecrets } from '../secrets.ts';
import { type ParsedArguments, parseArguments } from './arguments.ts';
import type { Module } from './discover.ts';
import type { MergeInput } from './merge.ts';
import { IGNORED, type ModuleOption, sameValue } from './option.ts';
import type { Settings } from './settings.ts';

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

/** What the environment and the image add to the user's own options, as far as their module hears those. */
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

/** The user's directive for the same thing, as an option; null where none is set. */
export function settingOf(option: ModuleOption, settings: Settings): ModuleOption | null {
  const setting = option.directive === null ? undefined : settings.get(option.directive.name);
  if (setting === undefined) return null;
  const value = setting.args.join(' ') as Bytes;
  return { ...option, value, words: [setting.directive.name, ...setting.args], at: setting.at };
}

/** Whether two options of one key say the same to their module. */
export function agree({ manifest }: Module, a: ModuleOption, b: ModuleOption): boolean {
  return sameValue(a, b, manifest?.loadArgs.options[a.key]?.type);
}

export function dropped(module: Module, loser: ModuleOption, winner: ModuleOption): Diagnostic {
  const message = `${module.name}: ${shown(loser)} (${showPlace(loser.at)}) is dropped, ${showPlace(winner.at)} says ${shown(winner)}`;
  return diagnose('VB407', message, { at: loser.at });
}

function shown(option: ModuleOption): string {
  if (option.secret) return isSecretDirective(option.key) ? `${option.key} (redacted)` : '(redacted)';
  if (option.off) return `no ${option.key}`;
  const { words, directive, key, value } = option;
  const said = words.length > 0 ? words : [directive?.name ?? bytesOf(key), value ?? asBytes('')];
  return printable(withoutSecrets(textOf(renderLine(said))));
}
