import type { Bytes } from '../text/bytes.ts';
import { nearest } from '../text/names.ts';
import type { Place } from '../text/place.ts';
import { isSecretDirective } from '../text/secrets.ts';
import type { Manifest, OptionDefinition } from './manifest.ts';

/** One load argument of a module, understood: a flag, a name with its value, or words that nobody can take apart. */
export interface ModuleOption {
  /**
   * The documented spelling of the name; two arguments with the same key are the same option. `*` for words of a module
   * without manifest.
   */
  readonly key: string;
  /** As the module takes it on a load line. Empty for an option that is only a directive. */
  readonly words: readonly Bytes[];
  readonly value: Bytes | null;
  /** The directive that sets the same thing, if there is one. */
  readonly directive: { readonly name: Bytes; readonly value: Bytes } | null;
  /** A flag that was taken away (`--use-coordinator no`). */
  readonly off: boolean;
  readonly secret: boolean;
  readonly at: Place;
}

/** The key of words that a module does not hear. */
export const IGNORED = '(ignored)';

const YES = new Set(['yes', 'on', 'true']);
const NO = new Set(['no', 'off', 'false']);

/**
 * True if two options of one key say the same: booleans by meaning, numbers by number, memory by its bytes and enums
 * without case where the type is known (config.c, configEnumGetValue), everything else by text.
 */
export function sameValue(a: ModuleOption, b: ModuleOption, type?: OptionDefinition['type']): boolean {
  if (a.off !== b.off) return false;
  if (a.value === null || b.value === null) return a.value === b.value && sameWords(a.words, b.words);
  const spell = SPELLINGS[type ?? 'string'] ?? canonicalValue;
  return spell(a.value) === spell(b.value);
}

export function sameWords(a: readonly Bytes[], b: readonly Bytes[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

function canonicalValue(value: string): string {
  const lower = value.toLowerCase();
  if (YES.has(lower)) return 'yes';
  if (NO.has(lower)) return 'no';
  return /^[+-]?\d+(\.\d+)?$/.test(value) ? String(Number(value)) : value;
}

/** memtoull() in util.c: k, m and g are powers of 1000, kb, mb and gb of 1024. Other text stays as it is. */
function bytesIn(value: string): string {
  const [, digits, unit = ''] = /^(\d+)(b|kb?|mb?|gb?)?$/i.exec(value) ?? [];
  if (digits === undefined) return value;
  const [letter = 'b', ...more] = unit.toLowerCase();
  return String(BigInt(digits) * (more.length > 0 ? 1024n : 1000n) ** BigInt('bkmg'.indexOf(letter)));
}

const SPELLINGS: Readonly<Partial<Record<OptionDefinition['type'], (value: string) => string>>> = {
  memory: bytesIn,
  enum: (value) => value.toLowerCase(),
};

/**
 * The value as a directive takes it: of booleans the server knows only yes and no, whatever a module's arguments know.
 */
export function directiveValue(definition: OptionDefinition, value: Bytes): Bytes {
  return definition.type === 'boolean' ? (canonicalValue(value) as Bytes) : value;
}

/** The boolean that a word stands for; null for any other word. */
export function asBoolean(word: string | undefined): boolean | null {
  const lower = word?.toLowerCase() ?? '';
  if (YES.has(lower) || lower === '1') return true;
  return NO.has(lower) || lower === '0' ? false : null;
}

/** The fault of a value by its definition, such as `must be a whole number from 1 to 1024`; null for a good one. */
export function problemOf(definition: OptionDefinition, value: string): string | null {
  switch (definition.type) {
    case 'flag':
    case 'string':
      return null;
    case 'integer':
      return /^[+-]?\d+$/.test(value) && inRange(definition, Number(value))
        ? null
        : `must be a whole number${range(definition)}`;
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && inRange(definition, Number(value))
        ? null
        : `must be a number${range(definition)}`;
    case 'memory':
      return /^\d+(b|kb?|mb?|gb?)?$/i.test(value) ? null : 'must be a number of bytes, such as 1048576 or 64mb';
    case 'boolean':
      return (definition.values ?? ['yes', 'no']).includes(value.toLowerCase())
        ? null
        : `must be one of ${(definition.values ?? ['yes', 'no']).join(', ')}`;
    case 'enum':
      return (definition.values ?? []).includes(value) || (definition.values ?? []).includes(value.toLowerCase())
        ? null
        : `must be one of ${(definition.values ?? []).join(', ')}`;
  }
}

function inRange(definition: OptionDefinition, value: number): boolean {
  return value >= (definition.min ?? Number.NEGATIVE_INFINITY) && value <= (definition.max ?? Number.POSITIVE_INFINITY);
}

function range({ min, max }: OptionDefinition): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

/** The option that a word stands for. */
export interface Known {
  readonly name: string;
  readonly definition: OptionDefinition;
  /** The value of `--name=value`. */
  readonly inline: string | null;
  readonly asDocumented: boolean;
}

/**
 * Finds the option behind any spelling of it: with or without `--`, with the prefix of its directive, or with `=value`.
 * Null if the word may mean anything else.
 */
export function recognise(manifest: Manifest, word: string): Known | null {
  const { style, configPrefix, ignoreCase, options } = manifest.loadArgs;
  const bare = word.replace(/^--/, '');
  const unprefixed =
    configPrefix !== undefined && bare.startsWith(`${configPrefix}.`) ? bare.slice(configPrefix.length + 1) : bare;
  for (const [spelling, inline] of [
    [unprefixed, null],
    [unprefixed.replace(/=.*$/s, ''), /=(.*)$/s.exec(unprefixed)?.[1] ?? null],
  ] as const) {
    const name = Object.keys(options).find(
      (candidate) =>
        candidate === spelling || (ignoreCase === true && candidate.toLowerCase() === spelling.toLowerCase()),
    );
    const definition = name === undefined ? undefined : options[name];
    if (name === undefined || definition === undefined) continue;
    // A config module accepts every spelling, since each option becomes a directive.
    const usual = style === 'flags' ? `--${spelling}` : spelling;
    return { name, definition, inline, asDocumented: inline === null && (style === 'config' || word === usual) };
  }
  return null;
}

/** The name as the module documents it on a load line. */
export function documented(manifest: Manifest, name: string): string {
  return manifest.loadArgs.style === 'flags' ? `--${name}` : name;
}

/** True for a name that may be a misspelled secret: one near a secret's name, or one that mentions a password. */
export function mayBeSecret(manifest: Manifest, name: string): boolean {
  const secrets = Object.entries(manifest.loadArgs.options).flatMap(([option, { secret }]) => (secret ? [option] : []));
  return nearest(name, secrets) !== null || isSecretDirective(name);
}
