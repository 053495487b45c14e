import type { Bytes } from '../bytes.ts';

/** Pure, and here because it is Node's. Its module would cost every start a tenth, so it is loaded where it is needed. */
export function sha256(text: Bytes): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
