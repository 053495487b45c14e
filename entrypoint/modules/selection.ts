import { refuse } from '../diagnostics.ts';
import type { Module } from './discover.ts';
import { nearest, shortName } from './naming.ts';

/**
 * Which discovered modules may be added, by VALKEY_MODULES: unset or `all`, `none`, names, or exclusions (`-ldap`), separated by
 * blanks or commas. Refuses VB204 for a name that no module has, and for names mixed with exclusions.
 */
export function selectModules(modules: readonly Module[], value: string | undefined): ReadonlySet<Module> {
  const words = (value ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const [only] = words;
  if (only === undefined || (words.length === 1 && only.toLowerCase() === 'all')) return new Set(modules);
  if (words.length === 1 && only.toLowerCase() === 'none') return new Set();
  const excluding = words.filter((word) => word.startsWith('-'));
  if (excluding.length > 0 && excluding.length < words.length) {
    throw refuse('VB204', `VALKEY_MODULES mixes names and exclusions: "${value}"`, { at: AT });
  }
  const named = new Set(words.map((word) => findModule(modules, word.replace(/^-/, ''))));
  return excluding.length > 0 ? new Set(modules.filter((module) => !named.has(module))) : named;
}

/** Whether VALKEY_MODULES asks for the module by name, rather than for all or for all but some. */
export function isNamed(module: Module, value: string | undefined): boolean {
  const names = namesOf(module);
  return (value ?? '').split(/[\s,]+/).some((word) => names.includes(word.toLowerCase()));
}

const AT = { kind: 'variable', name: 'VALKEY_MODULES' } as const;

function findModule(modules: readonly Module[], word: string): Module {
  const wanted = word.toLowerCase();
  const found = modules.find((module) => namesOf(module).includes(wanted));
  if (found !== undefined) return found;
  const names = modules.map((module) => module.name);
  const near = nearest(word, names);
  const known = names.length === 0 ? 'No module was found.' : `Known here: ${names.join(', ')}.`;
  throw refuse('VB204', `VALKEY_MODULES names "${word}", which is no module here`, {
    at: AT,
    hint: near === null ? known : `Did you mean ${near}? ${known}`,
  });
}

function namesOf(module: Module): readonly string[] {
  return [module.name, shortName(module.file), module.file, module.variable].map((name) => name.toLowerCase());
}
