import { existsSync } from 'node:fs';
import process from 'node:process';
import { BootstrapError } from './console.mjs';

/** The Node 26 that npm brought as an optional dependency: the scripts are TypeScript that it runs as it is. */
export function modernNode(root) {
  const path = `${root}/node_modules/node-linux-${process.arch}/bin/node`;
  if (existsSync(path)) return path;
  throw new BootstrapError(
    `npm installed no Node 26 for ${process.platform}-${process.arch} (${path} is missing).\n` +
      'Fix: use Linux on x64 or arm64; if this is one, remove node_modules and run again without --omit=optional.',
  );
}
