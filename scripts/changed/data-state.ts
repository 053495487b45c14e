import { parse } from 'yaml';
import * as z from 'zod';
import { lockFile, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import { listLines, loadLine, releaseLine } from '../data/release-line.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { DataState } from './changed-builds.ts';
import type { History } from './history.ts';

/** The data as it is now. Throws what the loaders throw. */
export function currentState(workspace: Workspace): DataState {
  const lines = listLines(workspace).map((name) => loadLine(workspace, name));
  const builders = loadManifests(workspace.modules).flatMap(({ name, build }) =>
    build === undefined ? [] : [[name, ''] as const],
  );
  return { lines, lock: readLock(workspace), builders: new Map(builders) };
}

const builderOf = z.looseObject({ name: z.string(), build: z.looseObject({ builder: z.string() }).optional() });

/**
 * The data as it was at a commit. What is not in a form that is read today is left out, as if it had not been there: whatever depends on it
 * then counts as changed.
 */
export async function stateAt(history: History, commit: string): Promise<DataState> {
  const texts = async (folder: string, suffix: string): Promise<unknown[]> => {
    const files = (await history.filesAt(commit, folder)).filter((path) => path.endsWith(suffix));
    return Promise.all(files.map(async (path) => parsed(await history.fileAt(commit, path))));
  };
  const lines = (await texts('modules/releases/', '.yaml')).flatMap(
    (content) => releaseLine.safeParse(content).data ?? [],
  );
  const manifests = (await texts('modules/', '/module.yaml')).flatMap(
    (content) => builderOf.safeParse(content).data ?? [],
  );
  const lock = lockFile.safeParse(parsed(await history.fileAt(commit, 'modules/lock.json'))).data ?? null;
  return { lines, lock, builders: new Map(manifests.map(({ name, build }) => [name, build?.builder ?? ''])) };
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : parse(text);
  } catch {
    return undefined;
  }
}
