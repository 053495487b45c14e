import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { resolve } from '../../../../entrypoint/host/resolve.ts';

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
async function resolveBy(script: string, confirmMs: number) {
  const path = join(folder, 'resolve');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  const { execPath } = process;
  process.execPath = path;
  try {
    const began = performance.now();
    const resolved = resolve([node], { resolveMs: 300, confirmMs });
    return { ...resolved, seconds: (performance.now() - began) / 1000 };
  } finally {
    process.execPath = execPath;
  }
}

it('keeps to its time where the process does not end at SIGTERM, and takes what was said until then', async () => {
  const { addresses, isSure, seconds } = await resolveBy(
    "trap '' TERM; echo n2 10.0.0.9; echo sure; exec sleep 20",
    400,
  );
  expect([...addresses]).toEqual([['n2', ['10.0.0.9']]]);
  expect(isSure).toBe(true);
  expect(seconds).toBeLessThan(10);
});

it('is not sure where the process does not say so, and always where nothing had to be confirmed', async () => {
  expect(await resolveBy('echo n2 10.0.0.2; exit 75', 400)).toMatchObject({ isSure: false });
  expect(await resolveBy('exit 0', 400)).toMatchObject({ isSure: false, addresses: new Map() });
  expect(await resolveBy('echo n2 10.0.0.2', 0)).toMatchObject({ isSure: true });
});
