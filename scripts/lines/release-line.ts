import * as z from 'zod';
import { bundleFile } from '../../modules/schema.ts';
import { platforms } from '../pipeline/platform.ts';

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/);
const suites = z
  .array(z.string().regex(/^[a-z][a-z0-9-]*$/))
  .min(1)
  .describe('tried in order: the first that still has it is used');

/** A binary package: what `npm start` takes, because nothing has to be compiled. */
const debianPackage = z.strictObject({
  package: packageName,
  suites,
  file: z
    .string()
    .regex(/^[^/].*\.so$/)
    .describe('path inside the package'),
  addNeeded: z
    .array(z.string())
    .default([])
    .describe('shared libraries that the module must name, so that it works and not only loads'),
});

const debianSource = z.strictObject({ package: packageName, suites });

const module = z
  .strictObject({
    tag: z.string().optional().describe('the tag in the repository of the manifest; its version too'),
    debianSource: debianSource.optional().describe('a source package of the Debian archive, built like a tag'),
    debianPackage: debianPackage
      .optional()
      .describe('a binary package; built from source instead where a source is named'),
  })
  .refine((entry) => entry.tag !== undefined || entry.debianSource !== undefined || entry.debianPackage !== undefined, {
    message: 'name where it comes from: tag, debianSource or debianPackage',
  })
  .refine((entry) => entry.tag === undefined || entry.debianSource === undefined, {
    message: 'tag and debianSource exclude each other',
  });

/** A minimal Debian with Valkey from the archive, made here by mmdebstrap. */
const debianBase = z.strictObject({
  suite: z.string(),
  epoch: z.int().positive().describe('every file time in the base is clamped to this moment, in seconds since 1970'),
  packages: z.array(packageName),
  valkey: z.strictObject({ package: packageName, suites }),
});

/** An image in a registry, glibc (Debian) only: pinned by digest in lock.json. */
const imageBase = z.strictObject({
  image: z
    .string()
    .regex(/^[a-z0-9.:-]+\/[a-z0-9./_-]+$/)
    .describe('registry/repository, for example docker.io/valkey/valkey'),
  tag: z.string(),
});

/**
 * A variant is an image of its own: the line's files with other image defaults. In a tag {line}, {valkey} and {date} (UTC,
 * yyyymmdd) are filled in; one with {valkey} is a version tag, which is moved only on request.
 */
const variant = z.strictObject({
  tags: z.array(z.string().regex(/^[A-Za-z0-9_{}][A-Za-z0-9._{}-]*$/)).min(1),
  defaults: bundleFile.shape.defaults,
});

/** modules/releases/<line>.yaml: what one release line consists of. */
export const releaseLine = z.strictObject({
  line: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  valkey: z.string().optional().describe('the version of the server; read from the base where that is made here'),
  base: z.union([z.strictObject({ debian: debianBase }), imageBase]),
  platforms: z.array(z.enum(platforms)).min(1),
  modules: z.record(z.string(), module),
  variants: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), variant).describe('default, and others beside it'),
});

export type ReleaseLine = z.infer<typeof releaseLine>;
export type LineModule = z.infer<typeof module>;
export type DebianBase = z.infer<typeof debianBase>;
export type DebianPackage = z.infer<typeof debianPackage>;
