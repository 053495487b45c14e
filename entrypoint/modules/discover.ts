import { DEFAULT_MODULE_DIR } from '../conf/environment.ts';
import type { Directive } from '../conf/parse.ts';
import { type Diagnostic, diagnose, refuse } from '../diagnostics/diagnostic.ts';
import type { ModuleFiles, Reader } from '../host/host.ts';
import { asBytes, type Bytes, messageOf, pathOf } from '../text/bytes.ts';
import { nearest, shortName, variableName } from '../text/names.ts';
import { absolute, baseName, frame, type Place } from '../text/place.ts';
import { BUNDLE_PATH, type Bundle, emptyBundle, type Manifest } from './manifest.ts';

/** One module file that was found, and what is known about it. */
export interface Module {
  /** The manifest's name, or one made from the file name. */
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly realPath: string;
  /** NAME of its `<NAME>_MODULE_ARGS`. */
  readonly variable: string;
  readonly manifest: Manifest | null;
}

interface Discovered {
  readonly modules: readonly Module[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * The `*.so` files of the module directory, by file name. Two names for one file (links) are one module, under the name
 * that has a manifest. Refuses VB207 for a directory that was asked for and cannot be read, VB301 for two files with
 * one variable.
 */
export function discover(
  files: ModuleFiles,
  moduleDir: string | undefined,
  cwd: string,
  manifests: readonly Manifest[],
): Discovered {
  // Absolute, because the server resolves a load path after `dir` has moved its working directory.
  const directory = absolute(moduleDir === undefined || moduleDir === '' ? DEFAULT_MODULE_DIR : moduleDir, cwd);
  const names = files.listDirectory(directory);
  if ('problem' in names) {
    const problem = `${directory}: ${names.problem}`;
    if (directory !== DEFAULT_MODULE_DIR) throw refuse('VB207', `MODULE_DIR: ${problem}`, { at: MODULE_DIR });
    return { modules: [], warnings: [diagnose('VB208', problem, { at: { kind: 'directory', path: directory } })] };
  }
  const modules: Module[] = [];
  const described = names
    .filter(isModuleName)
    .sort()
    .map((file) => describe(files, directory, file, manifests));
  for (const module of described) {
    const links = described.filter((other) => other.realPath === module.realPath);
    if (module !== (links.find((other) => other.manifest !== null) ?? links[0])) continue;
    const twin = modules.find((other) => other.variable === module.variable);
    if (twin !== undefined) {
      throw refuse('VB301', `${twin.path} and ${module.path} would both take ${module.variable}_MODULE_ARGS`, {
        at: { kind: 'directory', path: directory },
      });
    }
    modules.push(module);
  }
  return { modules, warnings: [] };
}

const MODULE_DIR: Place = { kind: 'variable', name: 'MODULE_DIR' };

/** Matches like a shell's `*.so`: no hidden files, and no `libx.so.bak`. */
function isModuleName(name: string): boolean {
  return name.endsWith('.so') && !name.startsWith('.') && name.length > '.so'.length;
}

function describe(files: ModuleFiles, directory: string, file: string, manifests: readonly Manifest[]): Module {
  const path = `${directory.replace(/\/+$/, '')}/${file}`;
  const manifest = manifests.find((candidate) => candidate.file === file) ?? null;
  return {
    name: manifest?.name ?? shortName(file),
    file,
    path,
    realPath: files.realFile(path),
    variable: manifest?.env ?? variableName(file),
    manifest,
  };
}

/**
 * Which discovered modules may be added, by VALKEY_MODULES: unset or `all`, `none`, names, or exclusions (`-ldap`),
 * separated by blanks or commas. Refuses VB204 for a name that no module has, and for names mixed with exclusions.
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

/** True if VALKEY_MODULES asks for the module by its name, not for all or all but some. */
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
  throw refuse('VB204', `VALKEY_MODULES names "${word}", which is not a module here`, {
    at: AT,
    hint: near === null ? known : `Did you mean ${near}? ${known}`,
  });
}

function namesOf(module: Module): readonly string[] {
  return [module.name, shortName(module.file), module.file, module.variable].map((name) => name.toLowerCase());
}

/** One `loadmodule` line of the user's. */
export interface LoadLine {
  readonly path: Bytes;
  readonly args: readonly Bytes[];
  readonly at: Place;
  readonly directive: Directive;
  /**
   * `file`: the configuration file, standard input, and what they include. `options`: the command line, and what it
   * includes.
   */
  readonly from: 'file' | 'options';
  /** Its number among the load lines of `from`, in the order in which the server meets them. */
  readonly position: number;
}

/** A module and the user's lines that load it, in the order in which the server would meet them. */
export interface LoadedModule {
  readonly module: Module;
  readonly lines: readonly LoadLine[];
}

/** The load lines among directives. Refuses VB414 for a NUL, which no C string can carry. */
export function loadLinesOf(directives: Iterable<Directive>, from: LoadLine['from']): LoadLine[] {
  const lines: LoadLine[] = [];
  for (const directive of directives) {
    if (directive.name !== 'loadmodule') continue;
    const [path = asBytes(''), ...args] = directive.args;
    const { at, text } = directive.line;
    if (directive.args.some((word) => word.includes('\0'))) {
      throw refuse('VB414', 'a loadmodule line has a NUL byte', { at, frame: frame(text) });
    }
    lines.push({ path, args, at, directive, from, position: lines.length });
  }
  return lines;
}

/**
 * Tells which lines load which module: the same file behind all links, or the same file name elsewhere, since a module
 * of another path is the user's choice of the same module. Lines that load something that was not discovered make
 * modules of their own; among those, equal file names mean one module only where a manifest says what it is.
 */
export function assignLines(
  files: ModuleFiles,
  found: readonly Module[],
  lines: readonly LoadLine[],
  cwd: string,
  manifests: readonly Manifest[],
): LoadedModule[] {
  const assigned = new Map<Module, LoadLine[]>(found.map((module) => [module, []]));
  for (const line of lines) {
    const path = absolute(pathOf(line.path), cwd);
    const realPath = files.realFile(path);
    const file = baseName(path);
    const known = [...assigned.keys()];
    const module =
      known.find((candidate) => candidate.realPath === realPath) ??
      found.find((candidate) => candidate.file === file) ??
      known.find((candidate) => candidate.file === file && candidate.manifest !== null) ??
      ownModule(path, realPath, file, manifests);
    assigned.set(module, [...(assigned.get(module) ?? []), line]);
  }
  return [...assigned].map(([module, own]) => ({ module, lines: own }));
}

function ownModule(path: string, realPath: string, file: string, manifests: readonly Manifest[]): Module {
  const manifest = manifests.find((candidate) => candidate.file === file) ?? null;
  const variable = manifest?.env ?? variableName(file);
  return { name: manifest?.name ?? shortName(file), file, path, realPath, variable, manifest };
}

/** bundle.json of the image, or the assumptions for a place without one, with the reason. */
export function readBundle(host: Pick<Reader, 'readSmall'>): { bundle: Bundle; problem: Diagnostic | null } {
  const read = host.readSmall(BUNDLE_PATH);
  if ('problem' in read) return missing(read.problem);
  try {
    const value: unknown = JSON.parse(read.text);
    return isBundle(value) ? { bundle: value, problem: null } : missing('its shape is not that of version 1');
  } catch (error) {
    return missing(messageOf(error));
  }
}

function missing(why: string): { bundle: Bundle; problem: Diagnostic } {
  const at = { kind: 'image', path: BUNDLE_PATH } as const;
  return { bundle: emptyBundle, problem: diagnose('VB511', `${BUNDLE_PATH}: ${why}`, { at }) };
}

/**
 * The file is validated whole when the image is built; this tells a damaged one from a good one without carrying a
 * schema along.
 */
function isBundle(value: unknown): value is Bundle {
  if (typeof value !== 'object' || value === null) return false;
  const { version, server, user, modules, defaults } = value as Partial<Record<keyof Bundle, unknown>>;
  if (version !== 1 || typeof server !== 'string' || typeof user !== 'string') return false;
  if (typeof modules !== 'object' || modules === null || typeof defaults !== 'object' || defaults === null)
    return false;
  const { moduleArgs, directives } = defaults as Partial<Record<keyof Bundle['defaults'], unknown>>;
  return Array.isArray(moduleArgs) && Array.isArray(directives);
}
