import { endpoint } from '../cluster/nodes.ts';
import type { Environment } from '../conf/environment.ts';
import { type Diagnostic, refuse } from '../diagnostics/diagnostic.ts';
import type { Host } from '../host/host.ts';
import type { Manifest } from '../modules/manifest.ts';
import { nearest } from '../text/names.ts';
import type { Place } from '../text/place.ts';
import { withoutSecrets } from '../text/secrets.ts';
import { type CommandName, usageOf } from './pages.ts';

/** The data that the build put into the executable. */
export interface Build {
  readonly manifests: readonly Manifest[];
  readonly version: string;
  readonly node: string;
}

/**
 * The input of a command of the tool. The command returns its exit code, at once or when it has waited, and throws
 * Refusal for a wrong input.
 */
export interface ToolContext {
  readonly host: Host;
  readonly build: Build;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly tell: (diagnostic: Diagnostic) => void;
}

/** Refuses what a command does not take. */
export function takesNo(rest: readonly string[], command: CommandName): void {
  const [word] = rest;
  if (word !== undefined) throw refuse('VB601', `"${word}" is not expected here`, { hint: usageOf(command) });
}

/** The options of one command: whether each takes a value. */
type OptionKinds = Readonly<Record<string, 'value' | 'flag'>>;

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
 * Reads `--name value` and `--name=value`. `skipped` words stand before the arguments on the command line, for the
 * places that messages name. Refuses VB601 for a name that is not known or given twice, a value that is missing or not
 * expected.
 */
export function readOptions(
  args: readonly string[],
  kinds: OptionKinds,
  command: CommandName,
  skipped: number,
): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  const hint = usageOf(command);
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

/** A node as the command line names it. */
export interface Target {
  /** `host:port`, for people. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/**
 * The nodes of `--nodes a:6379,b:6379`. The port may be left out; an IPv6 address stands in brackets. Refuses VB601,
 * VB702.
 */
export function readTargets(list: string, at: Place): readonly Target[] {
  const targets = list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => readTarget(text, at));
  const twice = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw refuse('VB702', `${twice.name} is named twice`, { at });
  return targets;
}

function readTarget(text: string, at: Place): Target {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:\s[\]/@]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? 6379);
  if (match === null || port < 1 || port > 65_535)
    throw refuse('VB601', `"${text}" is not a node`, { at, hint: 'Write host:port, an IPv6 address in brackets.' });
  const host = match[1] ?? match[2] ?? '';
  return { name: endpoint(host, port), host, port };
}
