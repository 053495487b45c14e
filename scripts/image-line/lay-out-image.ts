import { chmod, copyFile, link, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../lib/image-paths.ts';
import type { BundleFile } from '../lib/module-schema.ts';
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
  /** File times, in seconds since 1970. */
  readonly epoch: number;
}

/** Lays out the build context of one image: what docker/image.Dockerfile and imageStage copy, and nothing else. */
export async function layOutImage(folder: string, files: ImageFiles): Promise<void> {
  const { artifacts, built, bundle, sbom, entrypoint, epoch } = files;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'modules'), { recursive: true });
  await mkdir(join(folder, 'licences'));
  const made: string[] = ['modules', 'licences'];
  const copy = async (from: string, to: string, mode: number): Promise<void> => {
    await copyFile(from, join(folder, to));
    await chmod(join(folder, to), mode);
    made.push(to);
  };
  for (const { module, file } of built) {
    await copy(join(artifacts, module, file), `modules/${file}`, 0o755);
    await mkdir(join(folder, 'licences', module));
    made.push(`licences/${module}`);
    const licences = join(artifacts, module, 'licences');
    for (const name of await readdir(licences)) await copy(join(licences, name), `licences/${module}/${name}`, 0o644);
  }
  await copy(sbom, 'sbom.cdx.json', 0o644);
  await copy(join(paths.docker, 'layout.sh'), 'layout.sh', 0o644);
  await writeFile(join(folder, 'bundle.json'), `${JSON.stringify(bundle, null, 2)}\n`);
  made.push('bundle.json');
  for (const path of made) await utimes(join(folder, path), epoch, epoch);
  // 116 MB: a hard link where it can be one, with the time that it has.
  await link(entrypoint, join(folder, 'valkey-bundle')).catch(() =>
    copyFile(entrypoint, join(folder, 'valkey-bundle')),
  );
}
