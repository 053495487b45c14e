import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestError, type ManifestProblem, showProblem } from './manifest-problem.ts';
import { disagreements, type ReadManifest } from './manifest-rules.ts';
import { readManifest } from './manifest-yaml.ts';
import type { ModuleManifest } from './module-schema.ts';

/** Folders beside the modules that hold something else. */
const notModules = new Set(['releases']);

/**
 * Reads `<dir>/<name>/module.yaml` of every module, sorted by name. Throws a ManifestError that names every problem of every
 * manifest with file, line and column, and what to write instead.
 */
export function loadManifests(dir: string): ModuleManifest[] {
  const read: ReadManifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const folder of foldersOf(dir)) {
    const file = join(dir, folder, 'module.yaml');
    const result = readManifest(file, textOf(file));
    if ('problems' in result) problems.push(...result.problems);
    else read.push({ ...result, folder });
  }
  problems.push(...disagreements(read));
  if (problems.length > 0) throw new ManifestError(problems.map(showProblem).join('\n'));
  return read.map(({ manifest }) => manifest);
}

function foldersOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notModules.has(entry.name))
    .map((entry) => entry.name)
    .sort();
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ManifestError(
      `${file}: cannot be read\n  fix: every folder beside it is a module: write its module.yaml, or remove the folder`,
      {
        cause,
      },
    );
  }
}
