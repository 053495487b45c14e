import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { sha256, textIfThere } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { LockedSource } from './lock.ts';

/** A package that Cargo.lock names. Those without a source belong to the module itself, and are left out. */
export interface Crate {
  readonly name: string;
  readonly version: string;
  /** `registry+https://...` or `git+https://...#commit`. */
  readonly source: string;
  /** SHA-256 of the package file; those from git have none. */
  readonly checksum: string | null;
}

/** What cargo writes since 2020: before, checksums stood elsewhere. */
const cargoLock = z.object({
  version: z.union([z.literal(3), z.literal(4)]).optional(),
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        source: z.string().optional(),
        checksum: z.string().optional(),
      }),
    )
    .default([]),
});

/** The packages of a Cargo.lock. Throws VP223 for what cargo does not write. */
export function readCargoLock(text: string, where = 'Cargo.lock'): Crate[] {
  const read = cargoLock.safeParse(tomlOf(text, where));
  if (!read.success)
    throw new PipelineError('VP223', 'it has a form that is not known', {
      where,
      details: z.prettifyError(read.error),
    });
  return read.data.package.flatMap(({ name, version, source, checksum = null }) =>
    source === undefined ? [] : [{ name, version, source, checksum }],
  );
}

function tomlOf(text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP223', 'it is not TOML', { where, details, cause });
  }
}

/** A crate of crates.io, with the checksum that its file must have. */
export type RegistryCrate = Pick<Crate, 'name' | 'version'> & { readonly checksum: string };

/** How a Cargo.lock calls crates.io, by whichever protocol and mirror cargo asked it. */
const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

/** The crates that a build needs, all of crates.io. Throws VP223, which names every crate that comes from elsewhere. */
export function registryCrates(text: string, where: string): RegistryCrate[] {
  const crates = readCargoLock(text, where);
  const others = crates.filter(({ source, checksum }) => checksum === null || source !== cratesIo);
  if (others.length > 0) {
    const details = others.map(({ name, version, source }) => `  ${name} ${version}: ${source}`).join('\n');
    throw new PipelineError('VP223', 'it names crates that do not come from crates.io', { where, details });
  }
  return crates.map(({ name, version, checksum }) => ({ name, version, checksum: checksum ?? '' }));
}

/** The Cargo.lock that the project keeps for a release of a module whose repository has none. */
export function keptLockPath({ modules }: Workspace, module: string, tag: string): string {
  return join(modules, module, `Cargo-${tag}.lock`);
}

/**
 * The text of the Cargo.lock that the project keeps for what is locked; null where it keeps none. Throws VP221 where it
 * is not the one that modules/lock.json names.
 */
export function keptCargoLock(workspace: Workspace, module: string, source: LockedSource): string | null {
  if (source.kind !== 'git' || source.cargoLock === undefined) return null;
  const where = keptLockPath(workspace, module, source.tag);
  const text = textIfThere(where);
  if (text === null) throw new PipelineError('VP221', 'there is no such file', { where });
  if (sha256(text) === source.cargoLock) return text;
  const what = `it is not the one in modules/lock.json: SHA-256 ${source.cargoLock}, got ${sha256(text)}`;
  throw new PipelineError('VP221', what, { where });
}
