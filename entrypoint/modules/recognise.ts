import { isSecretDirective } from '../secrets.ts';
import type { Manifest, OptionDefinition } from './manifest.ts';
import { nearest } from './naming.ts';

/** An option that a word can only mean. */
export interface Known {
  readonly name: string;
  readonly definition: OptionDefinition;
  /** The value of `--name=value`. */
  readonly inline: string | null;
  readonly asDocumented: boolean;
}

/** Finds the option behind any spelling that can only mean one: with or without `--`, the prefix of its directive, or `=value`. */
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
    // A config module may be written to in every spelling: what it takes is a directive in any case.
    const usual = style === 'flags' ? `--${spelling}` : spelling;
    return { name, definition, inline, asDocumented: inline === null && (style === 'config' || word === usual) };
  }
  return null;
}

/** The name as the module documents it on a load line. */
export function documented(manifest: Manifest, name: string): string {
  return manifest.loadArgs.style === 'flags' ? `--${name}` : name;
}

/** A misspelled secret is one all the same: an unknown name near a secret's, or one that speaks of a password. */
export function mayBeSecret(manifest: Manifest, name: string): boolean {
  const secrets = Object.entries(manifest.loadArgs.options).flatMap(([option, { secret }]) => (secret ? [option] : []));
  return nearest(name, secrets) !== null || isSecretDirective(name);
}
