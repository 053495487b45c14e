import { arch } from 'node:os';
import { PipelineError } from './pipeline-error.ts';

export const platforms = ['linux/amd64', 'linux/arm64'] as const;
export type Platform = (typeof platforms)[number];
/** Docker's and Debian's name of an architecture. */
export type Architecture = 'amd64' | 'arm64';

export function architectureOf(platform: Platform): Architecture {
  return platform === 'linux/amd64' ? 'amd64' : 'arm64';
}

/** The platform that this machine builds for without emulation. */
export function nativePlatform(): Platform {
  return arch() === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}

/** Reads --platform; throws VP901 for one that is not built. */
export function readPlatform(text: string): Platform {
  const found = platforms.find((platform) => platform === text);
  if (found) return found;
  throw new PipelineError('VP901', `--platform: unknown platform, got ${text}`, {
    fix: `write one of ${platforms.join(', ')}`,
  });
}
