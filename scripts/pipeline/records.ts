import * as z from 'zod';
import { digest } from '../data/lock.ts';
import { platforms } from './platform.ts';

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
export type VerifyReport = z.infer<typeof verifyReport>;
