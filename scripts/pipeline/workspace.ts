import { isAbsolute, join } from 'node:path';
import { paths } from '../lib/image-paths.ts';

/** The folders that the pipeline reads and writes. Everything under `dist` can be deleted at any time. */
export interface Workspace {
  /** Module manifests, releases/ and lock.json. */
  readonly modules: string;
  readonly dist: string;
}

/** The project's own folders, or those that --modules and --dist name, taken from the folder that the user is in. */
export function openWorkspace(given: { modules?: string | undefined; dist?: string | undefined }): Workspace {
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const at = (path: string): string => (isAbsolute(path) ? path : join(from, path));
  return {
    modules: given.modules === undefined ? join(paths.root, 'modules') : at(given.modules),
    dist: given.dist === undefined ? join(paths.root, 'dist') : at(given.dist),
  };
}

export const lockPath = ({ modules }: Workspace): string => join(modules, 'lock.json');
export const releasesPath = ({ modules }: Workspace): string => join(modules, 'releases');

/** One folder a fetched source: tree/, dependencies/<name>.git and source.json. `id`: sourceId. */
export const sourcePath = ({ dist }: Workspace, module: string, id: string): string =>
  join(dist, 'sources', module, id.replaceAll(/[^A-Za-z0-9.+~_-]/g, '_'));

/** What one line's build gave for one architecture: <module>/ folders and base.json. */
export const artifactsPath = ({ dist }: Workspace, line: string, architecture: string): string =>
  join(dist, 'artifacts', line, architecture);

/** The records of one line's release: plan, staged digests, reports. */
export const releasePath = ({ dist }: Workspace, line: string): string => join(dist, 'release', line);
