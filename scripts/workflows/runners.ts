import type { Platform } from '../pipeline/platform.ts';

/**
 * GitHub's own runner for each platform, by its exact system: `ubuntu-latest` moves. Both are native: nothing that is released was built or
 * tested under emulation.
 */
export const runnerOf: Readonly<Record<Platform, string>> = {
  'linux/amd64': 'ubuntu-24.04',
  'linux/arm64': 'ubuntu-24.04-arm',
};
