import { type AboutBuild, type BuildKitRun, runBuildKit } from '../lib/engine-build.ts';
import type { Buildx } from '../lib/programs.ts';

export interface BakeRun extends Pick<AboutBuild, 'log' | 'repeat'>, Pick<BuildKitRun, 'aborted' | 'report'> {
  readonly buildx: Buildx;
  /** dist: the paths of the bake file count from there. */
  readonly folder: string;
  /** The bake file, from there, and others that change some of its targets. */
  readonly files: readonly string[];
  readonly targets: readonly string[];
  /** Gets what buildx says of each target's result, as JSON. */
  readonly metadata?: string;
}

/** Hands targets to `docker buildx bake`. Throws what a failure means. */
export async function runBake(bake: BakeRun): Promise<void> {
  const { buildx, folder, files, targets, metadata, log, repeat, ...run } = bake;
  const options = [
    ...(metadata === undefined ? [] : ['--metadata-file', metadata]),
    ...files.flatMap((file) => ['--file', file]),
  ];
  await runBuildKit({
    ...run,
    command: [...buildx.command, 'bake', ...options, ...targets],
    folder,
    env: buildx.env,
    about: { name: 'buildx', log, repeat },
  });
}
