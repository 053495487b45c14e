import { readLock } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import { findNewer, type Newer, type NewerResult } from './newer.ts';

const meaning = {
  patch: 'a newer release of the same version line',
  line: 'a newer version line',
  rebuild: 'the same tag leads to another image',
  package: 'the Debian archive has another version',
} as const satisfies Record<Newer['kind'], string>;

/**
 * Prints what is newer than the lines have: one line of text each, or all as JSON `{ "newer": [...] }`. Throws the first failure after it has
 * printed what the other remotes said.
 */
export async function reportNewer(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  { json, ...options }: { readonly json: boolean } & Parameters<typeof findNewer>[3],
): Promise<void> {
  const locked = readLock(workspace).lines;
  const newer: Newer[] = [];
  const failures: NewerResult['failures'][number][] = [];
  for (const line of lines) {
    const result = await findNewer(workspace, line, locked[line.line], options);
    newer.push(...result.newer);
    failures.push(...result.failures);
  }
  if (json) console.log(JSON.stringify({ newer }, null, 2));
  else if (newer.length === 0 && failures.length === 0) console.log('nothing is newer');
  else
    for (const one of newer)
      console.log(`${one.line} ${one.input}: ${one.available}, has ${one.current} (${meaning[one.kind]})`);
  const [first, ...others] = failures;
  for (const { line, input, error } of others)
    options.report(`${line} ${input}: ${error instanceof Error ? error.message : String(error)}`);
  if (first !== undefined) throw first.error;
}
