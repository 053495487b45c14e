import type { Cell, Stance, Statement } from './cells.ts';
import { directiveOf, loadWords } from './lay-out.ts';
import type { Subject } from './subjects.ts';

/*
 * Whose option wins where several places say one, by the rules alone, as in oracle.ts: the lines among each other, an argument
 * beside a directive, and what is left for the environment and the image.
 */

/** Load lines in the order in which the server meets them. An option behind `--loadmodule <path>` as a word of its own is none of its. */
export function loadLines({ subject, statements }: Cell): Statement[] {
  const { style } = subject;
  return statements
    .filter(({ place, form }) => form === 'load' && place !== 'image' && place !== 'environment')
    .map((line) => (line.place === 'words' && isDashed(style) ? { ...line, stance: 'bare' as const } : line));
}

export function isDashed(style: Subject['style']): boolean {
  return style === 'flag' || style === 'flags';
}

export function isOption({ place }: Pick<Statement, 'place'>): boolean {
  return place === 'element' || place === 'words';
}

interface Option {
  /** What makes two of them one. */
  readonly key: string;
  readonly words: readonly string[];
}

/** One load with the options of all lines, a later line over an earlier one; `dropped` counts what lost, and was heard. */
export function unionOf(subject: Subject, lines: readonly Statement[]): { options: Option[]; dropped: number } {
  const options = new Map<string, Option>();
  let dropped = 0;
  for (const { stance } of lines) {
    for (const option of optionsOf(subject, stance)) {
      const earlier = options.get(option.key);
      const differs = earlier !== undefined && earlier.words.join(' ') !== option.words.join(' ');
      if (differs && subject.style !== 'config') dropped += 1;
      options.set(option.key, option);
    }
  }
  return { options: [...options.values()], dropped };
}

/** A flag that is turned off is an option without words. Where nobody knows, or cares, what the words mean, they are one. */
function optionsOf(subject: Subject, stance: Stance): Option[] {
  const words = loadWords(subject, stance);
  if (words.length === 0) return [];
  if (subject.style === 'plain' || subject.style === 'config') return [{ key: 'all words', words }];
  const isOff = subject.style === 'flag' && stance === 'different';
  return [{ key: stance === 'unknown' ? 'unknown' : 'option', words: isOff ? [] : words }];
}

export type Directives = Weaker['directives'];

interface Settled {
  /** What stays on the load line, and of it what the module hears. */
  readonly staying: readonly Option[];
  readonly heard: readonly Option[];
  readonly directives: Directives;
  readonly dropped: number;
}

/**
 * An argument of the user's beside a directive that says something else: the command line wins over the file; beside each other the module
 * hears its argument, or with pairs (bloom) its directive. What would be heard and must not be is taken away, or said over.
 */
export function settle(
  subject: Subject,
  lines: readonly Statement[],
  options: readonly Option[],
  settings: readonly Statement[],
): Settled {
  const unsettled = { staying: options, heard: options, directives: [], dropped: 0 };
  const argument = options.find(({ key }) => key === 'option');
  const line = lines.filter(({ stance }) => isKnown({ stance }) && stance !== 'bare').at(-1);
  const setting = settings.filter(isKnown).at(-1);
  if (!['flags', 'pairs'].includes(subject.style) || argument === undefined) return unsettled;
  if (line === undefined || setting === undefined || line.stance === setting.stance) return unsettled;
  const others = options.filter((option) => option !== argument);
  const hearsDirectives = subject.style === 'pairs';
  const directiveWins = isOption(line) === isOption(setting) ? hearsDirectives : isOption(setting);
  const overriding = { ...directiveOf(subject, line.stance), secret: subject.secret };
  return {
    staying: directiveWins && !hearsDirectives ? others : options,
    heard: directiveWins ? others : options,
    directives: !directiveWins && hearsDirectives ? [overriding] : [],
    dropped: 1,
  };
}

interface Weaker {
  /** What becomes part of the load line. */
  readonly joining: readonly Option[];
  readonly directives: ReadonlyArray<{ readonly name: string; readonly value: string; readonly secret: boolean }>;
  readonly dropped: number;
}

/** What the environment and the image may still add. */
export function weakerOf(
  subject: Subject,
  statements: readonly Statement[],
  own: readonly Option[],
  settings: readonly Statement[],
): Weaker {
  const isLoaded = loadLines({ subject, statements, circumstance: 'root' }).length > 0;
  const joining: Option[] = [];
  const directives: { name: string; value: string; secret: boolean }[] = [];
  const taken = new Set<string>();
  let dropped = 0;
  for (const place of ['environment', 'image'] as const) {
    const stance = statements.find((statement) => statement.place === place)?.stance;
    if (stance === undefined) continue;
    const key = subject.style === 'plain' ? 'all words' : stance === 'unknown' ? 'unknown' : 'option';
    const words = optionsOf(subject, stance).flatMap((option) => option.words);
    const stronger = subject.style === 'config' ? undefined : own.find((option) => option.key === key);
    const directive = hasDirective(subject, stance) ? directiveOf(subject, stance) : null;
    const setting = directive === null ? undefined : lastSetting(settings, stance);
    if (stronger !== undefined) dropped += stronger.words.join(' ') === words.join(' ') ? 0 : 1;
    else if (setting !== undefined) dropped += directiveOf(subject, setting.stance).value === directive?.value ? 0 : 1;
    else if (!taken.has(key)) {
      taken.add(key);
      const asDirective = directive !== null && (subject.style === 'config' || isLoaded);
      if (asDirective) directives.push({ ...directive, secret: subject.secret && stance !== 'unknown' });
      else if (words.length > 0) joining.push({ key, words });
    }
  }
  return { joining, directives, dropped };
}

/** Whether an argument can be said as a directive: only a module that takes nothing else is written to in unknown ones. */
function hasDirective({ style }: Subject, stance: Stance): boolean {
  return style === 'config' || ((style === 'flags' || style === 'pairs') && stance !== 'unknown');
}

function lastSetting(settings: readonly Statement[], stance: Stance): Statement | undefined {
  return settings.filter((setting) => isKnown(setting) === (stance !== 'unknown')).at(-1);
}

export function isKnown({ stance }: Pick<Statement, 'stance'>): boolean {
  return stance !== 'unknown';
}
