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
  /** Seconds of the newest input, as a date: the image of the same inputs says the same. */
  created: 'org.opencontainers.image.created',
  /** The version of the server; `<version>-<variant>` for a variant. */
  version: 'org.opencontainers.image.version',
} as const;

/** Where an image holds what it is made of. */
export const imageFiles = {
  bundle: '/usr/local/share/valkey-bundle/bundle.json',
  sbom: '/usr/local/share/valkey-bundle/sbom.cdx.json',
  /** <module>/build.json, and Cargo.lock where there is one. */
  build: '/usr/local/share/valkey-bundle/build',
} as const;

/** The name of a variant's image in the engine of this machine. */
export function imageTag(line: string, variant: string): string {
  return `valkey-bundle-line:${line}${variant === 'default' ? '' : `-${variant}`}`;
}
