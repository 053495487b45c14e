import { loadLine } from '../lines/load-line.ts';
import { lockOfLine } from '../lines/locked-line.ts';
import type { Workspace } from '../pipeline/workspace.ts';

// For the rooms that still ask for it: it goes with its last reader.
export async function inputsHash(workspace: Workspace, name: string): Promise<string> {
  return Promise.resolve(lockOfLine(workspace, loadLine(workspace, name)));
}
