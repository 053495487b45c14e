import * as z from 'zod';
import { digest } from '../data/lock.ts';

/**
 * build.json of a module that was built from source: where its file comes from. It stands in dist/artifacts, and in the
 * image.
 */
export const buildRecord = z.strictObject({
  module: z.string(),
  version: z.string(),
  /** Repository URL, or `Debian source package <name>`. */
  origin: z.string(),
  tag: z.string(),
  commit: z.string().nullable(),
  licence: z.string(),
  /** The image that it was built on: name@digest, or the name and id of one made here. */
  builderImage: z.string(),
  /** The time at which its source was committed or released, in seconds since 1970: SOURCE_DATE_EPOCH of the build. */
  epoch: z.int().positive(),
  /** Program to version, as the program itself says. */
  toolchain: z.record(z.string(), z.string()),
  /** Libraries that the build brought in: pinned by commit, or floating. */
  dependencies: z.array(
    z.strictObject({
      name: z.string(),
      origin: z.string(),
      /** A version; for a repository `<tag or branch> <commit>`. */
      version: z.string(),
      licence: z.string().optional(),
      pinned: z.boolean(),
    }),
  ),
  file: z.string(),
  sha256: z.string(),
  size: z.int().positive(),
});

/** base.json of a line's artifacts: what is in the base image, read inside it. */
export const baseRecord = z.strictObject({
  reference: z.string(),
  digest: digest.nullable(),
  /** As the server itself says. */
  valkey: z.string(),
  glibc: z.string(),
  /** Debian packages: name, version, architecture. */
  packages: z.array(z.strictObject({ name: z.string(), version: z.string(), architecture: z.string() })),
});

export type BuildRecord = z.infer<typeof buildRecord>;
export type BaseImageRecord = z.infer<typeof baseRecord>;
