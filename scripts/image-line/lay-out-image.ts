import { chmod, copyFile, cp, link, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { paths } from '../lib/image-paths.ts';
import { jsonText } from '../lib/json.ts';
import type { BuildRecord } from '../pipeline/records.ts';

export interface ImageFiles {
  /** dist/artifacts/<line>/<arch>. */
  readonly artifacts: string;
  readonly built: readonly BuildRecord[];
  readonly bundle: BundleFile;
  /** The list of components. */
  readonly sbom: string;
  /** The entrypoint's executable. */
  readonly entrypoint: string;
  /** The time of what every image of a run gets a copy of: the same in all of them, another one in the next run. */
  readonly time: Date;
}

/**
 * Lays out the build context of one image: what docker/image.Dockerfile and imageStage copy, and nothing else.
 * BuildKit goes by size and time where it decides which files of a context to read again, and takes contexts of one name for one
 * (moby/buildkit#5680, docker/buildx#817): with a fixed time, a module of the same size as the one before would stay out of the image.
 */
export async function layOutImage(folder: string, files: ImageFiles): Promise<void> {
  const { artifacts, built, bundle, sbom, entrypoint, time } = files;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'modules'), { recursive: true });
  await mkdir(join(folder, 'licences'));
  const copy = async (from: string, to: string, mode: number): Promise<void> => {
    await copyFile(from, join(folder, to));
    await chmod(join(folder, to), mode);
    await utimes(join(folder, to), time, time);
  };
  for (const { module, file } of built) {
    await copy(join(artifacts, module, file), `modules/${file}`, 0o755);
    await mkdir(join(folder, 'licences', module));
    const licences = join(artifacts, module, 'licences');
    for (const name of await readdir(licences)) await copy(join(licences, name), `licences/${module}/${name}`, 0o644);
  }
  await copy(sbom, 'sbom.cdx.json', 0o644);
  await copy(join(paths.docker, 'layout.sh'), 'layout.sh', 0o644);
  await copy(join(paths.docker, 'probe.pl'), 'probe.pl', 0o755);
  await writeFile(join(folder, 'bundle.json'), jsonText(bundle));
  // 116 MB: a hard link where it can be one, with the time that it has.
  await link(entrypoint, join(folder, 'valkey-bundle')).catch(() =>
    cp(entrypoint, join(folder, 'valkey-bundle'), { preserveTimestamps: true }),
  );
}
