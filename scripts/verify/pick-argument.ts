import { variableName } from '../../entrypoint/text/names.ts';
import type { ModuleManifest } from '../../modules/schema.ts';

type Option = ModuleManifest['loadArgs']['options'][string];

/** One argument to try on a module: how it is given, and where it has to turn up. */
export interface TriedArgument {
  readonly variable: string;
  readonly text: string;
  /** Words that MODULE LIST has to show, one after the other; null for a module that takes directives instead. */
  readonly words: readonly string[] | null;
  readonly directive: { readonly name: string; readonly value: string } | null;
}

/** The harmless ones first: a number that differs by one from its default changes nothing that a check could see. */
const preference = ['integer', 'number', 'memory', 'enum', 'boolean'] as const;

/**
 * A known option of a module, with a value that is allowed and not its default; null where the manifest has none that can be tried
 * without knowing more. `version` decides which options the module has already.
 */
export function pickArgument(manifest: ModuleManifest, version: string | null): TriedArgument | null {
  const { style, options } = manifest.loadArgs;
  if (style === 'plain') return null;
  const known = Object.entries(options).filter(([, option]) => isKnown(option, version) && option.secret !== true);
  for (const type of preference) {
    for (const [name, option] of known) {
      const value = option.type === type ? otherValue(option) : null;
      if (value === null || (style === 'config' && option.config === undefined)) continue;
      const given = style === 'flags' ? `--${name}` : name;
      return {
        variable: `${manifest.env ?? variableName(manifest.file)}_MODULE_ARGS`,
        text: `${given} ${value}`,
        words: style === 'config' ? null : [given, value],
        directive: option.config === undefined ? null : { name: option.config, value },
      };
    }
  }
  return null;
}

function isKnown({ since }: Option, version: string | null): boolean {
  if (since === undefined) return true;
  if (version === null) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

/** A value beside the default; null where none is known. */
function otherValue({ type, min, max, default: given, values }: Option): string | null {
  const words = values ?? (type === 'boolean' ? ['yes', 'no'] : []);
  switch (type) {
    case 'integer':
    case 'memory': {
      const least = Number(given ?? min ?? 1);
      const value = max !== undefined && least + 1 > max ? least - 1 : least + 1;
      return Number.isSafeInteger(value) && value >= (min ?? 0) ? String(value) : null;
    }
    case 'enum':
    case 'boolean':
      return given === undefined ? null : (words.find((word) => word !== String(given)) ?? null);
    case 'number':
    case 'flag':
    case 'string':
      return null;
  }
}
