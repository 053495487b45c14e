import { PipelineError } from '../problems/pipeline-error.ts';
import type { Ended } from './process-group.ts';

/**
 * Whether apt, run with LC_ALL=C, got what it was told to download: false where the archive says that it does not have it. Throws VP206
 * for any other failure, because what could not be fetched now may well be there. `what`: the package and its suite, for a reader.
 */
export function isDownloaded({ isDone, said }: Pick<Ended, 'isDone' | 'said'>, what: string): boolean {
  if (isDone) return true;
  if (absent.some((words) => words.test(said))) return false;
  throw new PipelineError('VP206', `downloading ${what} failed`, {
    details: said,
    fix: 'check the network and the mirror, or try again: the mirror may be in the middle of its own update',
  });
}

const absent = [
  // What the index names and the pool no longer has: the answer stands by itself, so that no 404 in a URL is taken for it.
  /\s404\s/,
  // What the index does not name.
  /Unable to locate package/,
  /Unable to find a source package/,
  // What it names only as something that other packages ask for, or provide.
  /Can't select candidate version/,
  // A version that it does not name.
  /Version '.*' for '.*' was not found/,
  /Can(?: not|'t) find version/,
];
