import type { LockFile } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { type Architecture, architectureOf, type Platform } from '../pipeline/platform.ts';
import { runnerOf } from './runners.ts';

/** One job of a matrix: a line on the runner of one platform. */
export interface LineRow {
  readonly line: string;
  readonly platform: Platform;
  readonly arch: Architecture;
  readonly runner: string;
  /** Whether the committed lock has the line: then exactly that is built, and nothing is looked up. */
  readonly locked: boolean;
}

export function lineRows(
  { line, platforms }: Pick<ReleaseLine, 'line' | 'platforms'>,
  lock: LockFile | null,
): LineRow[] {
  const locked = lock !== null && Object.hasOwn(lock.lines, line);
  return platforms.map((platform) => ({
    line,
    platform,
    arch: architectureOf(platform),
    runner: runnerOf[platform],
    locked,
  }));
}

/** The lines that are published: built on an image of a registry, with a version that is known before anything is built. */
export function publishedLines(lines: readonly ReleaseLine[]): ReleaseLine[] {
  return lines.filter(({ base, valkey }) => 'image' in base && valkey !== undefined);
}
