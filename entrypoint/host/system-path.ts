import { readdirSync } from 'node:fs';
import { asBytes, bytesOf, pathOf } from '../bytes.ts';

/** A path as the kernel is to get it, byte for byte. Hardly any needs more than its string. */
export function systemPath(path: string): string | Buffer {
  return /^[\x01-\x7f]*$/.test(path) ? path : Buffer.from(bytesOf(path), 'latin1');
}

/** The names in a directory, each with all of its bytes. Throws what readdir does. */
export function namesIn(directory: string): string[] {
  return readdirSync(systemPath(directory), 'latin1').map((name) => pathOf(asBytes(name)));
}
