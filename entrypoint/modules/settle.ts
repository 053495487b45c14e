import type { Diagnostic } from '../diagnostics.ts';
import type { Place } from '../place.ts';
import type { ParsedArguments } from './arguments.ts';
import type { ExtraDirective, MergeInput } from './merge.ts';
import type { ModuleOption } from './option.ts';
import { agree, dropped, settingOf } from './precedence.ts';

/** The options of the user's load lines beside the user's directives. */
export interface Settled {
  /** What stays on the load line. */
  readonly staying: readonly ModuleOption[];
  /** What stays there and is not heard, with the place of the directive that is. */
  readonly overridden: ReadonlyMap<ModuleOption, Place>;
  /** What makes the module hear an argument over its directive. */
  readonly directives: readonly ExtraDirective[];
}

/**
 * Settles which of the two counts where an argument and a directive say different things about one option. The command line wins over
 * the file: against a module that prefers its directives by one more directive, against one that prefers its arguments by taking the
 * argument away. Within one of them the module decides. Warns VB407 for each that does not count.
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
