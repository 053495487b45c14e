import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../entrypoint/text/names.ts';
import { loadManifests } from '../lib/module-manifests.ts';
import { releasesPath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { dataError, isWrong } from './data-problem.ts';
import { lineProblems } from './line-rules.ts';
import { readData } from './read-data.ts';
import { type ReleaseLine, releaseLine } from './release-line.ts';
import { byNumber } from './version.ts';

const suffix = '.yaml';
const kind = { schema: releaseLine, title: 'the release line', code: 'VP101' } as const;

/** The names of the release lines, oldest first. Throws VP106 where there is no folder of them. */
export function listLines(workspace: Workspace): string[] {
  const folder = releasesPath(workspace);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .sort(byNumber);
  } catch (cause) {
    const fix = 'a workspace has a folder releases with one file a line: name another one with --modules';
    throw new PipelineError('VP106', 'cannot be read', { where: folder, fix, cause });
  }
}

/**
 * Reads modules/releases/<name>.yaml and holds it against the manifests. Throws VP103 for a name that is no line, VP101, VP102, VP104,
 * VP105 with all that is wrong in it, and what loadManifests throws.
 */
export function loadLine(workspace: Workspace, name: string): ReleaseLine {
  const known = listLines(workspace);
  if (!known.includes(name)) {
    const near = nearest(name, known);
    throw new PipelineError('VP103', `no release line has the name ${name}`, {
      where: releasesPath(workspace),
      fix: `${near === null ? '' : `did you mean ${near}? `}write one of ${known.join(', ') || '(there is none yet)'}`,
    });
  }
  const file = join(releasesPath(workspace), `${name}${suffix}`);
  const read = readData(kind, file, textOf(file));
  if ('problems' in read) throw dataError(read.problems);
  const problems = lineProblems({ ...read, name }, loadManifests(workspace.modules));
  if (isWrong(problems)) throw dataError(problems);
  return read.value;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PipelineError('VP106', 'cannot be read', { where: file, cause });
  }
}
