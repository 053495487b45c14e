import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Architecture } from '../pipeline/platform.ts';
import { artifactsPath, type Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { sbomProblems } from './check-sbom.ts';
import { composeSbom } from './compose-sbom.ts';
import type { SbomInputs } from './inputs.ts';
import { readSbomInputs } from './read-inputs.ts';
import { renderSbom } from './render-sbom.ts';

/** Where a line's document stands, once it is written. */
export const sbomPath = (workspace: Workspace, line: string, architecture: Architecture): string =>
  join(artifactsPath(workspace, line, architecture), 'sbom.cdx.json');

/** The document of what a build wrote down: the same bytes for the same records. */
export const sbomText = (inputs: SbomInputs): string => renderSbom(composeSbom(inputs));

/**
 * Writes the list of components of a line's image, made from the records of its build, and returns the path. The same records give the
 * same bytes. Throws VP601 to VP604.
 */
export async function writeSbom(workspace: Workspace, line: string, architecture: Architecture): Promise<string> {
  const text = sbomText(await readSbomInputs(workspace, line, architecture));
  const path = sbomPath(workspace, line, architecture);
  const problems = await sbomProblems(text);
  if (problems.length > 0) {
    throw new PipelineError('VP604', `${problems.length} fields are wrong`, {
      where: path,
      details: problems.join('\n'),
    });
  }
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, text);
  await rename(partial, path);
  return path;
}
