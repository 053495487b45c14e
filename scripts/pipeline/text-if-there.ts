import { readFileSync } from 'node:fs';
import { PipelineError } from '../problems/pipeline-error.ts';

/** The text of a file, or null where there is none. Throws VP106 for one that cannot be read. */
export function textIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new PipelineError('VP106', 'cannot be read', { where: file, cause });
  }
}
