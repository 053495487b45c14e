import { asBytes, type Bytes, pathOf } from '../bytes.ts';
import { frame } from '../code-frame.ts';
import type { Directive } from '../conf/parse.ts';
import { refuse } from '../diagnostics.ts';
import type { ModuleFiles } from '../host.ts';
import { absolute } from '../path.ts';
import type { Place } from '../place.ts';
import type { Module } from './discover.ts';
import type { Manifest } from './manifest.ts';
import { shortName, variableName } from './naming.ts';

/** One `loadmodule` line of the user's. */
export interface LoadLine {
  readonly path: Bytes;
  readonly args: readonly Bytes[];
  readonly at: Place;
  readonly directive: Directive;
  /** `file`: the configuration file, standard input, and what they include. `options`: the command line, and what it includes. */
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
 * Tells which lines load which module: the same file behind all links, or the same file name elsewhere, since a module of another
 * path is the user's choice of the same module. Lines that load something that was not discovered make modules of their own; among
 * those, equal file names mean one module only where a manifest says what it is.
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
    const file = path.slice(path.lastIndexOf('/') + 1);
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
