import type { BuildRecord } from '../pipeline/records.ts';
import { readCargoLock } from '../sbom/cargo-lock.ts';

/**
 * The crates that a Cargo.lock names, as dependencies of build.json. `pinned`: the lock was there before the build; otherwise cargo chose
 * the versions of that day.
 */
export function cratesOf(cargoLock: string, pinned: boolean): BuildRecord['dependencies'] {
  return readCargoLock(cargoLock).map(({ name, version, source }) => ({ name, origin: source, version, pinned }));
}
