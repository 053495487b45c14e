import type { ReleaseLine } from '../data/release-line.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Platform } from '../lib/platform.ts';
import { isLoopback } from '../lib/registry/repository.ts';

/** The options of `npm run publish`, beside those that every verb has. */
export const publishOptions = {
  line: { type: 'string' },
  registry: { type: 'string' },
  repository: { type: 'string' },
  date: { type: 'string' },
  'move-version-tags': { type: 'boolean', default: false },
  'only-platform': { type: 'string' },
  stage: { type: 'boolean', default: false },
  platform: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

type Values = { readonly [Name in keyof typeof publishOptions]?: string | boolean | undefined };

/** Throws VP901 for an option that says nothing in the step that is asked for: staging, or publishing. */
export function refuseAlienOptions(values: Values): void {
  const aliens = values.stage ? (['date', 'move-version-tags', 'only-platform'] as const) : (['platform'] as const);
  const alien = aliens.find((name) => values[name]);
  if (alien === undefined) return;
  const step = values.stage ? 'with' : 'without';
  throw new PipelineError('VP901', `npm run publish: --${alien} says nothing ${step} --stage`);
}

/**
 * The platforms that a tag of the line is to hold: all of them, whatever happens to be staged. One alone only into a
 * registry on this machine, where a release is tried out: elsewhere a tag that loses a platform would break whoever
 * runs on it. Who wants that changes `platforms` in the line's file. Throws VP901.
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
