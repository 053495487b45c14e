import { type Diagnostic, diagnose, refuse } from '../diagnostics.ts';
import { DEFAULT_MODULE_DIR } from '../environment.ts';
import type { ModuleFiles } from '../host.ts';
import { absolute } from '../path.ts';
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
 * The `*.so` files of the module directory, by file name. Two names for one file (links) are one module, under the name that has a
 * manifest. Refuses VB207 for a
 * directory that was asked for and cannot be read, VB301 for two files with one variable.
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
