import * as z from 'zod';
import { digest } from '../data/lock.ts';
import { attempt } from '../lib/run.ts';
import { paths } from '../lib/workspace.ts';

const own = 'io.github.kailas-cloud.valkey-bundle.';

/** The labels by which an image of a release line says what it is. */
export const labels = {
  /** The name of the release line. */
  line: `${own}line`,
  variant: `${own}variant`,
  /** lockOfLine: sha256 of the line's part of modules/lock.json. */
  lock: `${own}lock`,
  /** The commit of the project, with `-dirty` behind it where the files were others. */
  revision: 'org.opencontainers.image.revision',
  /** The time of the newest input: the image of the same inputs says the same. */
  created: 'org.opencontainers.image.created',
  /** The version of the server; `<version>-<variant>` for a variant. */
  version: 'org.opencontainers.image.version',
} as const;

/** Paths in an image of the files that say what it is made of. */
export const imageFiles = {
  bundle: '/usr/local/share/valkey-bundle/bundle.json',
  sbom: '/usr/local/share/valkey-bundle/sbom.cdx.json',
  /**
   * <module>.json, a BuildRecord, for each module that was built from source; <module>.Cargo.lock where there is one.
   */
  build: '/usr/local/share/valkey-bundle/build',
} as const;

/** The name of a variant's image in the engine of this machine. */
export function imageTag(line: string, variant: string): string {
  return `valkey-bundle-line:${line}${variant === 'default' ? '' : `-${variant}`}`;
}

interface LabelInput {
  readonly line: string;
  readonly variant: string;
  readonly base: Pick<BaseImageRecord, 'reference' | 'digest' | 'valkey'>;
  readonly built: readonly BuildRecord[];
  /** SPDX expressions of everything that the image adds to its base. */
  readonly licences: readonly string[];
  /** Seconds since 1970 of the newest input. */
  readonly created: number;
  /** lockOfLine. */
  readonly lock: string;
  /** The label with the commit of the project, where that is known. */
  readonly revision: Readonly<Record<string, string>>;
}

/**
 * The labels of a variant's image, by the OCI image specification's names, and our own. Publishing makes annotations of
 * them.
 */
export function imageLabels(input: LabelInput): Record<string, string> {
  const { line, variant, base, built, licences, created, lock, revision } = input;
  const { valkey } = base;
  const modules = built.map(({ module, version }) => `${module} ${version}`).join(', ');
  return {
    'org.opencontainers.image.title': 'valkey-bundle',
    'org.opencontainers.image.description': `Valkey ${valkey}${modules === '' ? '' : ` with ${modules}`}, built from source`,
    [labels.version]: variant === 'default' ? valkey : `${valkey}-${variant}`,
    'org.opencontainers.image.source': 'https://github.com/kailas-cloud/valkey-bundle',
    'org.opencontainers.image.licenses': [...new Set(licences)].sort().map(inBrackets).join(' AND '),
    [labels.created]: new Date(created * 1000).toISOString().replace('.000', ''),
    'org.opencontainers.image.base.name': base.reference,
    ...(base.digest !== null && { 'org.opencontainers.image.base.digest': base.digest }),
    ...revision,
    [labels.line]: line,
    [labels.variant]: variant,
    [labels.lock]: lock,
  };
}

function inBrackets(licence: string): string {
  return / OR /.test(licence) ? `(${licence})` : licence;
}

/** The label that says which commit an image was built from; none outside a git checkout. */
export async function revision(): Promise<Readonly<Record<string, string>>> {
  const described = await attempt({ cwd: paths.root })`git describe --always --dirty --abbrev=40 --exclude=${'*'}`;
  return described.exitCode === 0 ? { [labels.revision]: described.stdout.trim() } : {};
}

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
      /** A part of the module, as its source says; missing where nobody can say. */
      linked: z.boolean().optional(),
      /** The folder in the repository, where it is not the whole. */
      folder: z.string().optional(),
      /** The files with its licence, below licences/ of the module. */
      texts: z.array(z.string()).optional(),
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
