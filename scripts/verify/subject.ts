import type Docker from 'dockerode';
import type { BundleFile, ModuleManifest } from '../../modules/schema.ts';
import type { LockedLine } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import type { Platform } from '../pipeline/platform.ts';

/** What an image has to be, by the project's data: nothing in it comes from the image. */
export interface Expected {
  readonly line: ReleaseLine;
  /** What modules/lock.json says of the line; null where it is in no lock. */
  readonly locked: LockedLine | null;
  readonly variant: string;
  /** Those of the line's modules, in the order of their names. */
  readonly manifests: readonly ModuleManifest[];
  readonly platform: Platform;
}

/** The image as the engine describes it. */
export type ImageInfo = Docker.ImageInspectInfo;

/** What every check gets. `bundle` is the image's own account of itself: null where it is not valid. */
export interface Subject {
  readonly expected: Expected;
  readonly image: ImageInfo;
  readonly bundle: BundleFile | null;
}

/** The image was made of binary packages alone, by `npm start`: nothing was built, so there is no record of a build in it. */
export function isPackagedOnly(bundle: BundleFile | null): boolean {
  const origins = Object.values(bundle?.modules ?? {}).map(({ origin }) => origin);
  return origins.length > 0 && origins.every((origin) => origin.startsWith('Debian package '));
}

/** The version of a module in the image: as the line names it, or as bundle.json says where the line does not. */
export function moduleVersion({ expected, bundle }: Subject, module: string): string | null {
  return expected.line.modules[module]?.tag ?? bundle?.modules[module]?.version ?? null;
}
