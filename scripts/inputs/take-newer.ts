import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isScalar, parseDocument, stringify } from 'yaml';
import { readLock } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { readRelease } from '../data/version.ts';
import { writeWhole } from '../lib/files.ts';
import { releasesPath, type Workspace } from '../pipeline/workspace.ts';
import { findNewer, type Newer } from './newer.ts';

/**
 * Writes newer patch releases of the server and the modules into the lines, and into dist/newer.md, as a list in
 * Markdown, what is newer. Throws the first failure of a remote: what it has is not known.
 */
export async function takeNewer(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  options: Parameters<typeof findNewer>[3],
): Promise<void> {
  const locked = readLock(workspace).lines;
  const rows: string[] = [];
  for (const line of lines) {
    const { newer, failures } = await findNewer(workspace, line, locked[line.line], options);
    const [failure] = failures;
    if (failure !== undefined) throw failure.error;
    const path = join(releasesPath(workspace), `${line.line}.yaml`);
    const text = await readFile(path, 'utf8');
    const taken = takePatches(text, newer);
    if (taken !== text) await writeWhole(path, taken);
    for (const one of newer) rows.push(showNewer(one));
  }
  for (const row of rows) options.report(row);
  await writeWhole(join(workspace.dist, 'newer.md'), rows.map((row) => `- ${row}\n`).join(''));
}

function showNewer({ line, input, kind, current, available }: Newer): string {
  return `${line} ${input}: ${current} -> ${available}${kind === 'line' ? ', not taken: a newer version line' : ''}`;
}

/**
 * The text of a release line with the patch releases in it: only the values change, comments and layout stay. Newer
 * version lines are a decision, and what is rebuilt under the same name is for the lock: neither is taken here.
 */
export function takePatches(text: string, newer: readonly Newer[]): string {
  const edits = newer.filter(({ kind }) => kind === 'patch').flatMap(editsFor);
  return edits.reduce((result, { path, value }) => replaceValue(result, path, value), text);
}

interface Edit {
  readonly path: readonly string[];
  readonly value: string;
}

/** The tag of a base image says which server is in it, and the line says so too. */
function editsFor({ input, available }: Newer): Edit[] {
  if (input !== 'base') return [{ path: ['modules', input, 'tag'], value: available }];
  const version = readRelease(available)?.version.join('.');
  const tag = { path: ['base', 'tag'], value: available };
  return version === undefined ? [tag] : [tag, { path: ['valkey'], value: version }];
}

function replaceValue(text: string, path: readonly string[], value: string): string {
  const node: unknown = parseDocument(text).getIn(path, true);
  const range = isScalar(node) ? node.range : null;
  if (!isScalar(node) || !range) throw new Error(`the line has no ${path.join('.')}`);
  const written = stringify(value, {
    defaultStringType: node.type === 'QUOTE_DOUBLE' ? 'QUOTE_DOUBLE' : 'PLAIN',
  }).trim();
  return text.slice(0, range[0]) + written + text.slice(range[1]);
}
