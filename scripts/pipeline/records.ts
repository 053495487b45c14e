import * as z from 'zod';
import { digest } from '../data/lock.ts';
import { platforms } from './platform.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** source.json beside a fetched source. */
export const sourceRecord = z.strictObject({
  module: z.string(),
  kind: z.enum(['git', 'debian-source']),
  /** Repository URL, or the name of the source package. */
  origin: z.string(),
  /** Tag, or Debian version. */
  ref: z.string(),
  /** sourceId: what the folder is named for. */
  id: z.string(),
  /** When it was committed or released, in seconds since 1970: SOURCE_DATE_EPOCH of its build. */
  epoch: z.int().positive(),
});

/** build.json in an artifact: where a module's file comes from. */
export const buildRecord = z.strictObject({
  module: z.string(),
  version: z.string(),
  /** Repository URL, or `Debian source package <name>`. */
  origin: z.string(),
  tag: z.string(),
  commit: z.string().nullable(),
  licence: z.string(),
  builder: z.enum(['cmake', 'cargo', 'make', 'script']),
  /** The image that it was built on: name@digest, or the name and id of one made here. */
  builderImage: z.string(),
  /** The command, and what was set in its environment. */
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
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
  /** Shared libraries that the dynamic linker finds: sonames. */
  libraries: z.array(z.string()),
  /** Soname to the symbol versions that the library defines, such as GLIBC_2.38: what a module may ask of it. */
  symbolVersions: z.record(z.string(), z.array(z.string())).default({}),
});

/** images.json: what `npm run image -- --line` put into the engine, per variant. */
export const imageRecord = z.strictObject({
  line: z.string(),
  platform: z.enum(platforms),
  /** inputsHash of what they were assembled of: each image says the same in a label. */
  inputs: sha256,
  /** sha256 of the line's part of lock.json, as it was then. */
  lock: sha256,
  variants: z.record(z.string(), z.strictObject({ reference: z.string(), id: z.string() })),
});

/** report.json of `npm run verify`: what was tried on one digest. */
export const verifyReport = z.strictObject({
  reference: z.string(),
  digest: digest.nullable(),
  line: z.string(),
  variant: z.string(),
  platform: z.enum(platforms),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      result: z.enum(['passed', 'failed', 'not run']),
      /** Why it failed or was not run; what was seen. */
      note: z.string(),
      milliseconds: z.number(),
    }),
  ),
});

export type SourceRecord = z.infer<typeof sourceRecord>;
export type BuildRecord = z.infer<typeof buildRecord>;
export type BaseImageRecord = z.infer<typeof baseRecord>;
export type ImageRecord = z.infer<typeof imageRecord>;
export type VerifyReport = z.infer<typeof verifyReport>;
