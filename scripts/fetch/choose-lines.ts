import { nearest } from '../../entrypoint/text/names.ts';
import { listLines, loadLine } from '../lines/load-line.ts';
import type { ReleaseLine } from '../lines/release-line.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** A line, and the modules of it that are asked for: all, if the list is empty. */
export interface ChosenLine {
  readonly line: ReleaseLine;
  readonly only: readonly string[];
}

/** The lines that are named, or all that have one of the modules. Throws VP103, and VP104 for a module that none of them has. */
export function chooseLines(
  workspace: Workspace,
  names: readonly string[] | undefined,
  modules: readonly string[],
): ChosenLine[] {
  const lines = (names ?? listLines(workspace)).map((name) => loadLine(workspace, name));
  const known = [...new Set(lines.flatMap((line) => Object.keys(line.modules)))].sort();
  for (const module of modules) {
    if (known.includes(module)) continue;
    const near = nearest(module, known);
    const where = lines.length === 1 ? `the line ${lines[0]?.line} has` : 'the release lines have';
    throw new PipelineError('VP104', `${where} no module ${module}`, {
      fix: `${near === null ? '' : `did you mean ${near}? `}write one of ${known.join(', ')}`,
    });
  }
  return lines
    .map((line) => ({ line, only: modules.filter((module) => module in line.modules) }))
    .filter(({ only }) => modules.length === 0 || only.length > 0);
}
