import { loadManifests } from '../lib/module-manifests.ts';
import { loadLine } from '../lines/load-line.ts';
import { readLock } from '../lines/read-lock.ts';
import type { Platform } from '../pipeline/platform.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import type { Expected } from './subject.ts';

/** Reads what the project's data say of one image of a line. Throws VP407 for an unknown variant, and what reading the data throws. */
export function readExpected(workspace: Workspace, lineName: string, variant: string, platform: Platform): Expected {
  const line = loadLine(workspace, lineName);
  if (line.variants[variant] === undefined) {
    const known = Object.keys(line.variants).join(', ');
    throw new PipelineError('VP407', `no variant ${variant}; there is ${known}`, { where: `line ${lineName}` });
  }
  const manifests = loadManifests(workspace.modules).filter(({ name }) => name in line.modules);
  return { line, locked: readLock(workspace).lines[lineName] ?? null, variant, manifests, platform };
}
