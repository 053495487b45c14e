import { type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import { asBytes, type Bytes, bytesOf, printable, textOf } from '../text/bytes.ts';
import { isOlder, nearest, versionLine } from '../text/names.ts';
import { isConfiguration, type Place } from '../text/place.ts';
import { isSecretDirective, redactWords, withoutSecrets } from '../text/secrets.ts';
import type { Module } from './discover.ts';
import type { Manifest, OptionDefinition } from './manifest.ts';
import {
  asBoolean,
  directiveValue,
  documented,
  IGNORED,
  type Known,
  type ModuleOption,
  mayBeSecret,
  problemOf,
  recognise,
} from './option.ts';

/** Words of one source, understood. `mended` says that the words had to be corrected for the module. */
export interface ParsedArguments {
  readonly options: readonly ModuleOption[];
  readonly mended: boolean;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Takes module arguments apart by the style that the module's manifest names: flags are `--name value` with the value
 * as next word, pairs are `name value`, a config module takes directives alone. Refuses VB403, VB405, VB406; warns
 * VB401, VB402, VB404, VB410, VB413.
 */
export function parseArguments(
  module: Module,
  version: string | undefined,
  words: readonly Bytes[],
  at: Place,
): ParsedArguments {
  const { manifest } = module;
  if (words.length === 0) return { options: [], mended: false, warnings: [] };
  if (manifest === null || isOpaque(module)) return opaque(words, at);
  if (manifest.loadArgs.style === 'config' && isConfiguration(at)) return ignored(module, words, at);
  const parsing: Parsing = {
    manifest,
    version: versionLine(version),
    words,
    at,
    next: 0,
    mended: false,
    options: [],
    warnings: [],
  };
  while (parsing.next < words.length) readOption(parsing);
  return { options: parsing.options, mended: parsing.mended, warnings: parsing.warnings };
}

/** True for a module whose words nobody can take apart: all of them are one option. */
export function isOpaque({ manifest }: Module): boolean {
  return manifest === null || manifest.loadArgs.style === 'plain';
}

interface Parsing {
  readonly manifest: Manifest;
  readonly version: string | null;
  readonly words: readonly Bytes[];
  readonly at: Place;
  next: number;
  /** Where the first name of a secret stands; undefined until somebody asks. */
  firstSecret?: number;
  mended: boolean;
  readonly options: ModuleOption[];
  readonly warnings: Diagnostic[];
}

/** Nobody knows where one option of such a module ends: all words are one. */
function opaque(words: readonly Bytes[], at: Place): ParsedArguments {
  return {
    options: [{ key: '*', words, value: null, directive: null, off: false, secret: false, at }],
    mended: false,
    warnings: [],
  };
}

/** Words that the module does not hear are one option without a name, which contradicts nothing. */
function ignored(module: Module, words: readonly Bytes[], at: Place): ParsedArguments {
  const message = `${module.name} ignores its load arguments: ${redactWords(words).join(' ')}`;
  const option = { key: IGNORED, words, value: null, directive: null, off: false, secret: false, at };
  return { options: [option], mended: false, warnings: [diagnose('VB410', message, { at })] };
}

/** One option, from its name on. */
function readOption(parsing: Parsing): void {
  const { manifest, at } = parsing;
  const word = textOf(parsing.words[parsing.next] ?? asBytes(''));
  const known = recognise(manifest, word);
  if (known === null) {
    readUnknown(parsing, word);
    return;
  }
  parsing.next += 1;
  if (!known.asDocumented) {
    parsing.mended = true;
    parsing.warnings.push(
      diagnose(
        'VB413',
        `${manifest.name}: ${word.replace(/=.*$/s, '')} was taken for ${documented(manifest, known.name)}`,
        { at },
      ),
    );
  }
  if (known.definition.type === 'flag') readFlag(parsing, known);
  else readValue(parsing, known);
}

function readFlag(parsing: Parsing, { name, inline }: Known): void {
  const { manifest, at } = parsing;
  const value = asBoolean(inline ?? textOf(parsing.words[parsing.next] ?? asBytes('')));
  if (value !== null) {
    if (inline === null) parsing.next += 1;
    parsing.mended = true;
    // Taking a default away is what `no` is for in the environment; anywhere else the module would refuse the word.
    if (value || isConfiguration(at)) {
      const taken = value ? 'it was taken for the flag alone' : 'it was taken for the absence of the flag';
      parsing.warnings.push(
        diagnose('VB401', `${manifest.name}: ${documented(manifest, name)} takes no value; ${taken}`, { at }),
      );
    }
  }
  const words = value === false ? [] : [bytesOf(documented(manifest, name))];
  keepOption(parsing, { key: name, words, value: null, directive: null, off: value === false, secret: false, at });
}

function readValue(parsing: Parsing, { name, definition, inline }: Known): void {
  const { manifest, at } = parsing;
  const option = documented(manifest, name);
  const next = parsing.words[parsing.next];
  const value = inline === null ? next : bytesOf(inline);
  if (value === undefined || (manifest.loadArgs.style === 'flags' && inline === null && value.startsWith('--'))) {
    throw refuse('VB405', `${manifest.name}: ${option} has no value`, { at });
  }
  if (inline === null) parsing.next += 1;
  const problem = problemOf(definition, textOf(value));
  if (problem !== null) {
    const shown = definition.secret === true ? '(redacted)' : `"${withoutSecrets(textOf(value))}"`;
    const message = `${manifest.name}: ${option} ${problem}, got ${printable(shown)}`;
    if (!isConfiguration(at)) throw refuse('VB403', message, { at });
    parsing.warnings.push(diagnose('VB404', message, { at }));
  }
  const directive =
    definition.config === undefined
      ? null
      : { name: bytesOf(definition.config), value: directiveValue(definition, value) };
  const words = manifest.loadArgs.style === 'config' ? [] : [bytesOf(option), value];
  warnIfTooNew(parsing, option, definition);
  keepOption(parsing, { key: name, words, value, directive, off: false, secret: definition.secret === true, at });
}

function warnIfTooNew(parsing: Parsing, option: string, { since }: OptionDefinition): void {
  const { version, manifest, at } = parsing;
  if (since === undefined || version === null || !isOlder(version, since)) return;
  parsing.warnings.push(
    diagnose('VB402', `${manifest.name} ${version} does not know ${option} yet: it came with ${since}`, { at }),
  );
}

/** A word behind a secret that is not an option may be the rest of the secret. */
const QUOTE_IT = { hint: 'Put quotes around a value with blanks in it.' };

function isBehindSecret(parsing: Parsing): boolean {
  parsing.firstSecret ??= parsing.words.findIndex((word) => isSecretDirective(word));
  return parsing.firstSecret >= 0 && parsing.firstSecret < parsing.next;
}

/**
 * A name that the manifest does not have. The module decides; a warning comes only if the list is complete. A secret,
 * or the rest of one, is refused there: the server prints the names of directives that nobody claims, and ends
 * (module.c, moduleLoadFromQueue).
 */
function readUnknown(parsing: Parsing, word: string): void {
  const { manifest, words, at } = parsing;
  const { style, configPrefix, options, completeFor } = manifest.loadArgs;
  const names = Object.keys(options).map((name) => documented(manifest, name));
  const near = nearest(word, names);
  const isRest = isBehindSecret(parsing);
  const bare = word.replace(/^--/, '');
  const secret = isRest || mayBeSecret(manifest, bare);
  const isComplete = parsing.version !== null && completeFor?.includes(parsing.version) === true;
  const suggestion = isRest ? QUOTE_IT : near === null ? {} : { hint: `Did you mean ${near}?` };
  const shown = isRest ? '(redacted)' : `"${printable(withoutSecrets(word))}"`;
  if ((style === 'flags' && !word.startsWith('--')) || (style === 'config' && secret && isComplete)) {
    throw refuse('VB406', `${manifest.name}: stray word ${shown}`, { at, ...suggestion });
  }
  if (isComplete) {
    const message = `${manifest.name} ${parsing.version} documents no option ${shown}`;
    parsing.warnings.push(diagnose('VB402', message, { at, ...suggestion }));
  }
  const name = words[parsing.next] ?? asBytes('');
  const next = words[parsing.next + 1];
  const nextIsName =
    next === undefined || (style === 'flags' ? next.startsWith('--') : recognise(manifest, textOf(next)) !== null);
  const value = nextIsName ? null : next;
  parsing.next += value === null ? 1 : 2;
  if (style === 'config') {
    if (value === null || value === undefined)
      throw refuse('VB405', `${manifest.name}: ${isRest ? shown : shown.slice(1, -1)} has no value`, { at });
    const full = bare.startsWith(`${configPrefix}.`) ? bare : `${configPrefix}.${bare}`;
    keepOption(parsing, {
      key: full,
      words: [],
      value,
      directive: { name: bytesOf(full), value },
      off: false,
      secret,
      at,
    });
    return;
  }
  keepOption(parsing, {
    key: bare,
    words: value ? [name, value] : [name],
    value: value ?? null,
    directive: null,
    off: false,
    secret: false,
    at,
  });
}

/** The last one of two equal names in one source counts, as in the server. */
function keepOption(parsing: Parsing, option: ModuleOption): void {
  const earlier = parsing.options.findIndex((other) => other.key === option.key);
  if (earlier >= 0) parsing.options.splice(earlier, 1);
  parsing.options.push(option);
}
