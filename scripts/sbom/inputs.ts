import type { LockedBase, LockedSource } from '../data/lock.ts';
import type { Architecture } from '../pipeline/platform.ts';
import type { BaseImageRecord, BuildRecord } from '../pipeline/records.ts';
import type { Crate } from './cargo-lock.ts';

/** What the list of components is made from: what the build wrote down, and nothing else. */
export interface SbomInputs {
  readonly line: string;
  readonly architecture: Architecture;
  /** Our own version, and that of the Node inside the entrypoint. */
  readonly entrypoint: { readonly version: string; readonly node: string };
  readonly base: BaseImageRecord;
  /** What the lock says of the base; null where the line is in no lock. */
  readonly lockedBase: LockedBase | null;
  /** In the order of their names. */
  readonly modules: readonly (BuiltModule | PackagedModule)[];
  /** Seconds since 1970, of the newest thing that is known to be in it; null where nothing says. */
  readonly epoch: number | null;
}

export interface BuiltModule {
  readonly kind: 'built';
  readonly record: BuildRecord;
  /** What its Cargo.lock names; empty where there is none. */
  readonly crates: readonly Crate[];
}

/** A module that came with the base, out of a binary package of the Debian archive. */
export interface PackagedModule {
  readonly kind: 'packaged';
  readonly name: string;
  readonly file: string;
  readonly licence: string;
  readonly source: Extract<LockedSource, { kind: 'debian-package' }>;
}
