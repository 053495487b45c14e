import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { History } from '../changed/history.ts';
import { readLock } from '../data/lock.ts';
import { loadLine } from '../data/release-line.ts';
import { paths } from '../lib/image-paths.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { readPublished } from '../publish/release-file.ts';
import type { NotesInput } from './release-notes.ts';
import { nodeVersion, type ReleasePoint, readPoint } from './release-point.ts';

/** What reaches the image beside what the lock names: the entrypoint, the Dockerfiles, and the manifests that are embedded. */
const ownParts = ['entrypoint', 'docker', 'modules/*/module.yaml'];

/** What the line consists of in the working copy. */
export async function currentPoint(workspace: Workspace, line: string): Promise<ReleasePoint> {
  const packageJson: unknown = JSON.parse(await readFile(join(paths.root, 'package.json'), 'utf8'));
  const locked = readLock(workspace).lines[line] ?? null;
  return { line: loadLine(workspace, line), locked, node: nodeVersion(packageJson) };
}

/** What it consisted of at a commit or tag. */
export async function pointAt(history: History, reference: string, line: string): Promise<ReleasePoint | null> {
  const [text, lock, packages] = await Promise.all([
    history.fileAt(reference, `modules/releases/${line}.yaml`),
    history.fileAt(reference, 'modules/lock.json'),
    history.fileAt(reference, 'package.json'),
  ]);
  return readPoint(line, { line: text, lock, packages });
}

/** The commits between a reference and HEAD that touch the image, newest first. */
export function ownCommits(history: History, reference: string): Promise<NotesInput['commits']> {
  return history.commitsSince(reference, ownParts);
}

/** What the publish step wrote down, or nothing if it has not run. */
export async function publishedImages(workspace: Workspace, line: string): Promise<NotesInput['images']> {
  const record = await readPublished(workspace, line);
  if (record === null) return [];
  return Object.values(record.variants).map(({ digest, tags }) => ({
    reference: `${record.repository}@${digest}`,
    tags,
  }));
}
