import { createHash } from 'node:crypto';

/** The digest under which a registry keeps these bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
