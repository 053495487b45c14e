import { refuse } from '../diagnostics.ts';
import { nearest } from '../modules/naming.ts';
import type { Place } from '../place.ts';
import { withoutSecrets } from '../secrets.ts';

/** The options of one command: whether each takes a value. */
export type OptionKinds = Readonly<Record<string, 'value' | 'flag'>>;

export interface Given {
  readonly text: string;
  readonly at: Place;
}

/** How a node is reached: the same for every command. */
export const CONNECTION_OPTIONS = {
  user: 'value',
  'password-file': 'value',
  tls: 'flag',
  cacert: 'value',
  cert: 'value',
  key: 'value',
} as const satisfies OptionKinds;

/**
 * Reads `--name value` and `--name=value`. `skipped` words stand before the arguments on the command line, for the places that messages
 * name. Refuses VB601 for a name that is not known or given twice, a value that is missing or not expected.
 */
export function readOptions(
  args: readonly string[],
  kinds: OptionKinds,
  usage: string,
  skipped: number,
): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  const hint = `Usage: valkey-bundle ${usage}`;
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    const at: Place = { kind: 'argument', index: index + skipped };
    const [, name = '', , attached] = /^--([^=]+)(=(.*))?$/s.exec(word) ?? [];
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw unknown(word, name, kinds, at, hint);
    if (given.has(name)) throw refuse('VB601', `--${name} is given twice`, { at, hint });
    if (kind === 'flag' && attached !== undefined) throw refuse('VB601', `--${name} takes no value`, { at, hint });
    const text = kind === 'flag' ? '' : (attached ?? args[++index]);
    if (text === undefined || (kind === 'value' && text === ''))
      throw refuse('VB601', `--${name} needs a value`, { at, hint });
    given.set(name, { text, at });
  }
  return given;
}

/** A whole number of an option within its bounds. Refuses VB601. */
export function numberOf(
  given: Given | undefined,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  if (given === undefined) return fallback;
  const value = Number(given.text);
  if (/^\d+$/.test(given.text) && value >= least && value <= most) return value;
  throw refuse('VB601', `--${name} takes a number from ${least} to ${most}, got "${given.text}"`, { at: given.at });
}

function unknown(word: string, name: string, kinds: OptionKinds, at: Place, hint: string) {
  const near = nearest(name, Object.keys(kinds));
  // A bare name is shown whole: a misspelled --password-file is one.
  const shown = /[=\s]/.test(word) ? withoutSecrets(word) : word;
  return refuse('VB601', `"${shown}" is not expected here`, {
    at,
    hint: near === null ? hint : `Did you mean --${near}?`,
  });
}
