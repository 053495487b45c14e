import { createHash } from 'node:crypto';
import type { LockedLine } from './lock-file.ts';

/** sha256 of what a line is locked to: the same for the same content, however its file is laid out. */
export function lockDigest(line: LockedLine): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(line)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
