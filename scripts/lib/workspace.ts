import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The folders that the pipeline reads and writes. Everything under `dist` can be deleted at any time. */
export interface Workspace {
  /** Module manifests, releases/ and lock.json. */
  readonly modules: string;
  readonly dist: string;
}

/**
 * Gives modules/ and dist/ of the working directory. npm runs a verb in the project's own; other data is used by
 * running the verb in another folder.
 */
export function openWorkspace(): Workspace {
  return { modules: join(process.cwd(), 'modules'), dist: join(process.cwd(), 'dist') };
}

export const lockPath = ({ modules }: Workspace): string => join(modules, 'lock.json');
export const releasesPath = ({ modules }: Workspace): string => join(modules, 'releases');

/** One folder a fetched source: tree/, dependencies/<name>.git and source.json. `id`: sourceId. */
export const sourcePath = ({ dist }: Workspace, module: string, id: string): string =>
  join(dist, 'sources', module, id.replaceAll(/[^A-Za-z0-9.+~_-]/g, '_'));

/** Crates that were downloaded, each under its SHA-256: other releases and lines have the same ones. */
export const cratesPath = ({ dist }: Workspace): string => join(dist, 'sources', 'crates');

/** The results of one line's build for one architecture: <module>/ folders and base.json. */
export const artifactsPath = ({ dist }: Workspace, line: string, architecture: string): string =>
  join(dist, 'artifacts', line, architecture);

/** The records of one line's release: plan, staged digests, reports. */
export const releasePath = ({ dist }: Workspace, line: string): string => join(dist, 'release', line);

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The places that the image's build reads from and writes to. Everything under dist can be deleted at any time. */
export const paths = {
  root: at(''),
  docker: at('docker'),
  localLine: at('modules/releases/local.yaml'),
  standIns: at('test/fixtures/stand-ins'),
  bases: at('dist/base'),
  contexts: at('dist/context'),
  logs: at('dist/logs'),
} as const;
