import { type Bytes, textOf } from '../bytes.ts';
import type { Directive } from '../conf/parse.ts';
import type { Place } from '../place.ts';

/** The last value of each directive, by its lower-case name: later lines win, the command line stands last. */
export type Settings = ReadonlyMap<string, Setting>;

interface Setting {
  readonly args: readonly Bytes[];
  readonly at: Place;
  readonly directive: Directive;
}

export function settingsOf(directives: Iterable<Directive>): Settings {
  const last = new Map<string, Directive>();
  for (const directive of directives) last.set(directive.name, directive);
  return new Map(
    [...last].map(([name, directive]) => [name, { args: directive.args, at: directive.line.at, directive }]),
  );
}

/** Whether a directive has this value, compared as the server compares its enums: without case. */
export function isSetTo(settings: Settings, name: string, value: string): boolean {
  const [word] = settings.get(name)?.args ?? [];
  return word !== undefined && textOf(word).toLowerCase() === value.toLowerCase();
}
