import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'glob';
import { parse, TomlError } from 'smol-toml';
import * as z from 'zod';
import { textIfThere } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Architecture } from '../lib/platform.ts';
import { isForTarget } from './cargo-target.ts';

/** A crate that is linked into a module. */
export interface LinkedCrate {
  readonly name: string;
  readonly version: string;
  /** Its folder in the folder of vendored crates. */
  readonly folder: string;
  /** SPDX expression, as Cargo.toml has it; null where that names only a file. */
  readonly licence: string | null;
  /** `license-file` of Cargo.toml. */
  readonly licenceFile: string | null;
}

/** The folder of crates in that of a source. */
export const vendored = 'cargo/vendor';

/**
 * The crates of a source's cargo/Cargo.lock that are linked into the module of a source for Linux on an architecture:
 * what its own packages depend on, and what those do. Left out are crates for other systems, for tests, for build
 * scripts, and macros, which run in the compiler. Read in the Cargo.toml of each, in cargo/vendor/<name>-<version>/.
 * None where the source has no such lock. Throws VP343 where a crate is not there, or cannot be read.
 */
export async function linkedCrates(folder: string, architecture: Architecture): Promise<LinkedCrate[]> {
  const vendor = join(folder, vendored);
  const lockPath = join(folder, 'cargo', 'Cargo.lock');
  const cargoLock = textIfThere(lockPath);
  if (cargoLock === null) return [];
  const locked = readToml(cargoLock, lockPath, lockFile).package;
  const own = await ownPackages(join(folder, 'tree'));
  const found = new Map<string, LinkedCrate>();
  const visited = new Set<Locked>();
  const visit = async (entry: Locked, { manifest, workspace }: ReadPackage): Promise<void> => {
    visited.add(entry);
    for (const name of linkedNames(manifest, workspace, architecture)) {
      for (const next of dependenciesOf(entry, name, locked)) {
        if (visited.has(next)) continue;
        const read = next.source === null ? own.get(next.name) : await readVendored(vendor, next);
        if (read === undefined) throw missing(next, join(folder, 'tree'), 'no Cargo.toml there has its name');
        if (isMacro(read.manifest)) continue;
        if (next.source !== null) found.set(crateFolder(next), linkedCrate(next, read.manifest));
        await visit(next, read);
      }
    }
  };
  for (const entry of locked.filter(({ source }) => source === null)) {
    const read = own.get(entry.name);
    if (read?.isRoot && !visited.has(entry)) await visit(entry, read);
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** A package of Cargo.lock. Those of the source itself have no `source`. */
const lockedPackage = z.looseObject({
  name: z.string(),
  version: z.string(),
  source: z.string().nullable().default(null),
  dependencies: z.array(z.string()).default([]),
});
type Locked = z.output<typeof lockedPackage>;

const lockFile = z.looseObject({ package: z.array(lockedPackage).default([]) });

const dependency = z.union([
  z.string(),
  z.looseObject({ package: z.string().optional(), workspace: z.boolean().optional() }),
]);
const dependencies = z.record(z.string(), dependency).default({});

/** The keys of a Cargo.toml that are of interest here. */
const cargoToml = z.looseObject({
  package: z
    .looseObject({
      name: z.string(),
      license: z.union([z.string(), z.looseObject({})]).optional(),
      'license-file': z.union([z.string(), z.looseObject({})]).optional(),
    })
    .optional(),
  lib: z.looseObject({ 'proc-macro': z.boolean().optional(), proc_macro: z.boolean().optional() }).optional(),
  dependencies,
  target: z.record(z.string(), z.looseObject({ dependencies })).default({}),
  workspace: z.looseObject({ dependencies }).optional(),
});
type CargoToml = z.output<typeof cargoToml>;

interface ReadPackage {
  readonly manifest: CargoToml;
  /** `workspace.dependencies` of the source: names that a package of it takes over. */
  readonly workspace: CargoToml['dependencies'];
  /** Built for its own sake, and not only because another one needs it. */
  readonly isRoot: boolean;
}

/** The packages of the source itself by name. Where its root is one, the others are built only as its dependencies. */
async function ownPackages(tree: string): Promise<Map<string, ReadPackage>> {
  const paths = await glob('**/Cargo.toml', { cwd: tree, ignore: ['**/target/**', '**/vendor/**'], posix: true });
  const root = existsSync(join(tree, 'Cargo.toml')) ? await readManifest(join(tree, 'Cargo.toml')) : null;
  const packages = new Map<string, ReadPackage>();
  for (const path of paths.sort()) {
    const manifest = await readManifest(join(tree, path));
    const { name } = manifest.package ?? {};
    if (name === undefined) continue;
    const isRoot = dirname(path) === '.' || root?.package === undefined;
    packages.set(name, { manifest, workspace: root?.workspace?.dependencies ?? {}, isRoot });
  }
  return packages;
}

async function readVendored(vendor: string, entry: Locked): Promise<ReadPackage> {
  const path = join(vendor, crateFolder(entry), 'Cargo.toml');
  if (existsSync(path)) return { manifest: await readManifest(path), workspace: {}, isRoot: false };
  const near = (await readdir(vendor)).filter((name) => name.startsWith(`${entry.name}-`)).sort();
  throw missing(entry, path, near.length === 0 ? 'there is no such crate' : `there is ${near.join(', ')}`);
}

async function readManifest(path: string): Promise<CargoToml> {
  return readToml(await readFile(path, 'utf8'), path, cargoToml);
}

function readToml<Schema extends z.ZodType>(text: string, where: string, schema: Schema): z.output<Schema> {
  try {
    const read = schema.safeParse(parse(text));
    if (read.success) return read.data;
    throw new PipelineError('VP343', 'it has another form', { where, details: z.prettifyError(read.error) });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    throw new PipelineError('VP343', 'it is not TOML', { where, details: cause.message, cause });
  }
}

function crateFolder({ name, version }: Locked): string {
  return `${name}-${version}`;
}

function missing({ name, version }: Locked, where: string, why: string): PipelineError {
  return new PipelineError('VP343', `the crate ${name} ${version} is linked, and cannot be read: ${why}`, { where });
}

function linkedCrate(entry: Locked, { package: about }: CargoToml): LinkedCrate {
  const { license, 'license-file': file } = about ?? {};
  return {
    ...{ name: entry.name, version: entry.version, folder: crateFolder(entry) },
    // Cargo once took a slash for OR, and still does.
    licence: typeof license === 'string' ? license.replaceAll(/\s*\/\s*/g, ' OR ') : null,
    licenceFile: typeof file === 'string' ? file : null,
  };
}

function isMacro({ lib }: CargoToml): boolean {
  return lib?.['proc-macro'] === true || lib?.proc_macro === true;
}

/** The names of the packages that one is linked with, by its Cargo.toml: some of them may be optional. */
function linkedNames(
  { dependencies: always, target }: CargoToml,
  workspace: CargoToml['dependencies'],
  architecture: Architecture,
): Set<string> {
  const tables = Object.entries(target).flatMap(([condition, table]) =>
    isForTarget(condition, architecture) ? [table.dependencies] : [],
  );
  const entries = [always, ...tables].flatMap((table) => Object.entries(table));
  return new Set(
    entries.map(([key, entry]) => {
      const said = typeof entry !== 'string' && entry.workspace === true ? workspace[key] : entry;
      return (typeof said === 'object' ? said.package : undefined) ?? key;
    }),
  );
}

/** `name`, `name version` or `name version (source)`: Cargo writes as much as tells the packages of the lock apart. */
function dependenciesOf(entry: Locked, name: string, locked: readonly Locked[]): Locked[] {
  return entry.dependencies.flatMap((said) => {
    const [first, version] = said.split(' ');
    if (first !== name) return [];
    return locked.filter((one) => one.name === name && (version === undefined || one.version === version));
  });
}
