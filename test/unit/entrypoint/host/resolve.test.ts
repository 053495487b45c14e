import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { resolve } from '../../../../entrypoint/host/healing.ts';
import { patienceMs } from '../../../support/patience.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-resolve-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const node = { host: 'n2', ip: '10.0.0.2', busPort: 16379 };

/** What a resolving process comes to that is this script. */
async function resolveBy(script: string, confirmMs: number, resolveMs = patienceMs) {
  const path = join(folder, 'resolve');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  const { execPath } = process;
  process.execPath = path;
  try {
    return resolve([node], { resolveMs, confirmMs });
  } finally {
    process.execPath = execPath;
  }
}

it('does not wait for a process that ends neither by itself nor at SIGTERM, and takes what was said until its time was up', async () => {
  const endless = "trap '' TERM; echo n2 10.0.0.9; echo sure; exec sleep infinity";
  const { addresses, isSure } = await resolveBy(endless, 3000, 3000);
  expect([...addresses]).toEqual([['n2', ['10.0.0.9']]]);
  expect(isSure).toBe(true);
});

it('is not sure where the process does not say so, and always where nothing had to be confirmed', async () => {
  expect(await resolveBy('echo n2 10.0.0.2; exit 75', 400)).toMatchObject({ isSure: false });
  expect(await resolveBy('exit 0', 400)).toMatchObject({ isSure: false, addresses: new Map() });
  expect(await resolveBy('echo n2 10.0.0.2', 0)).toMatchObject({ isSure: true });
});
