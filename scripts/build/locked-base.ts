import { PipelineError } from '../problems/pipeline-error.ts';

/**
 * Throws VP312 where a base from the Debian archive was made of another version of the server than the lock names. A rebuild by Debian for one
 * architecture (`+b2`) is the same source: the lock names versions without it.
 */
export function requireLockedBase(
  line: string,
  planned: { readonly package: string; readonly version: string | null },
  made: string,
): void {
  if (planned.version === null || planned.version === made.replace(/\+b\d+$/, '')) return;
  throw new PipelineError('VP312', `the base was made of ${planned.package} ${made}, the lock has ${planned.version}`, {
    where: `line ${line}`,
    fix: `npm run image -- --rebuild-base makes it again; npm run resolve -- --update --line ${line} takes what the archive has now`,
  });
}
