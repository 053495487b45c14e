import type { ReleaseLine } from '../data/release-line.ts';
import type { Platform } from '../pipeline/platform.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { isLoopback } from '../registry/repository.ts';

/**
 * The platforms that a tag of the line is to hold: all of them, whatever happens to be staged. One alone only into a registry on this machine,
 * where a release is tried out: elsewhere a tag that loses a platform would break whoever runs on it. Who wants that changes `platforms` in
 * the line's file. Throws VP901.
 */
export function choosePlatforms(
  { line, platforms }: Pick<ReleaseLine, 'line' | 'platforms'>,
  only: Platform | null,
  registry: string,
): readonly Platform[] {
  if (only === null) return platforms;
  requirePlatform({ line, platforms }, only, '--only-platform');
  if (isLoopback(registry) || platforms.length === 1) return [only];
  throw new PipelineError('VP901', `--only-platform: ${registry} is not a registry on this machine`, {
    fix: `stage ${platforms.join(' and ')}, or change platforms in modules/releases/${line}.yaml`,
  });
}

/** Throws VP901 for a platform that the line does not have. */
export function requirePlatform(
  { line, platforms }: Pick<ReleaseLine, 'line' | 'platforms'>,
  platform: Platform,
  option: string,
): void {
  if (platforms.includes(platform)) return;
  throw new PipelineError('VP901', `${option}: the line ${line} has no ${platform}`, {
    fix: `write one of ${platforms.join(', ')}`,
  });
}
