import { isScalar, parseDocument, stringify } from 'yaml';
import { readRelease } from '../data/version.ts';
import type { Newer } from '../inputs/newer.ts';

/**
 * The text of a release line with the patch releases in it: only the values change, comments and layout stay. Newer version lines are a
 * decision, and what is rebuilt under the same name is for the lock: neither is taken here.
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
