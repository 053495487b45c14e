import { type Diagnostic, diagnose, refuse } from '../diagnostics.ts';
import { DEFAULT_MODULE_DIR } from '../environment.ts';
import type { ModuleFiles } from '../host.ts';
import type { Place } from '../place.ts';
import type { Manifest } from './manifest.ts';
import { shortName, variableName } from './naming.ts';

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

export interface Discovered {
  readonly modules: readonly Module[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * The `*.so` files of the module directory, by file name. Two names for one file (links) are one module. Refuses VB207 for a
 * directory that was asked for and cannot be read, VB301 for two files with one variable.
 */
export function discover(
  files: ModuleFiles,
  moduleDir: string | undefined,
  manifests: readonly Manifest[],
): Discovered {
  const directory = moduleDir === undefined || moduleDir === '' ? DEFAULT_MODULE_DIR : moduleDir;
  const names = files.listDirectory(directory);
  if ('problem' in names) {
    const problem = `${directory}: ${names.problem}`;
    if (directory !== DEFAULT_MODULE_DIR) throw refuse('VB207', `MODULE_DIR: ${problem}`, { at: MODULE_DIR });
    return { modules: [], warnings: [diagnose('VB208', problem, { at: { kind: 'directory', path: directory } })] };
  }
  const modules: Module[] = [];
  for (const file of names.filter(isModuleName).sort()) {
    const module = describe(files, directory, file, manifests);
    if (modules.some((other) => other.realPath === module.realPath)) continue;
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

/** As a shell's `*.so`: no hidden files, and nothing that only begins so (`libx.so.bak`). */
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
