import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModuleManifest, moduleManifest } from '../../modules/schema.ts';
import { type DataProblem, dataError, isWrong } from '../lines/data-problem.ts';
import { readData } from '../lines/read-data.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { disagreements, type ReadManifest } from './manifest-rules.ts';

/** Folders beside the modules that hold something else. */
const notModules = new Set(['releases']);

const kind = { schema: moduleManifest, title: 'the manifest', code: 'VP101' } as const;

/**
 * Reads `<dir>/<name>/module.yaml` of every module, sorted by name. Throws one VP1xx that names every problem of every manifest
 * with file, line and column, and what to write instead.
 */
export function loadManifests(dir: string): ModuleManifest[] {
  const read: ReadManifest[] = [];
  const problems: DataProblem[] = [];
  for (const folder of foldersOf(dir)) {
    const file = join(dir, folder, 'module.yaml');
    const result = readData(kind, file, textOf(file));
    if ('problems' in result) problems.push(...result.problems);
    else read.push({ manifest: result.value, at: result.at, folder });
  }
  problems.push(...disagreements(read));
  if (isWrong(problems)) throw dataError(problems);
  return read.map(({ manifest }) => manifest);
}

function foldersOf(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !notModules.has(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    throw new PipelineError('VP106', 'cannot be read', { where: dir, fix: 'name a folder of manifests', cause });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const fix = 'every folder beside it is a module: write its module.yaml, or remove the folder';
    throw new PipelineError('VP106', 'cannot be read', { where: file, fix, cause });
  }
}
