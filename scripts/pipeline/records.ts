import * as z from 'zod';
import { digest } from '../lines/lock-file.ts';
import { platforms } from './platform.ts';

export { type BaseImageRecord, type BuildRecord, baseRecord, buildRecord } from '../image/records.ts';

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

/** An entry of staged-<architecture>.json: an image in a registry that no tag of a release leads to yet. */
export const stagedImage = z.strictObject({
  line: z.string(),
  variant: z.string(),
  platform: z.enum(platforms),
  /** registry/repository, without tag or digest. */
  repository: z.string(),
  digest,
  /** The version of the server in it, as base.json has it. */
  valkey: z.string(),
  /** inputsHash of what it was assembled of, as images.json and its own label have it. */
  inputs: sha256,
  /** sha256 of the line's part of lock.json that it was assembled with. */
  lock: sha256,
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
export type ImageRecord = z.infer<typeof imageRecord>;
export type StagedImage = z.infer<typeof stagedImage>;
export type VerifyReport = z.infer<typeof verifyReport>;
