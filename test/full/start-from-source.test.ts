import { rm } from 'node:fs/promises';
import process from 'node:process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lockPath } from '../../scripts/lib/workspace.ts';
import { readTimes } from '../../scripts/start/build-needs.ts';
import { chooseImage, obtainImage } from '../../scripts/start/image.ts';
import type { BuiltImage } from '../../scripts/start/start-server.ts';
import { type BuildWorkspace, makeBuildWorkspace } from '../support/build-workspace.ts';
import { engine } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { fixtureModules } from '../support/fixture-modules.ts';
import { longTestMs } from '../support/patience.ts';
import { recordedProgress } from '../support/recorded-progress.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { until } from '../support/until.ts';

/* npm start with a line that nobody has published: built of git remotes on disk, on the base of the line local. */

// Compilers take their time where other tests have the processors.
vi.setConfig({ testTimeout: 3 * longTestMs });

const containers = useContainers();
let workspace: BuildWorkspace;
let registry: TestRegistry;
beforeAll(async () => {
  workspace = await makeBuildWorkspace({ dice: fixtureModules.dice, tally: fixtureModules.tally });
  for (const [name, value] of Object.entries(workspace.env)) vi.stubEnv(name, value);
  // A build that some other test ran is not to be found in the cache.
  await workspace.rewrite('tally', 'cmake --build', `echo ${process.pid} ${Date.now()} && cmake --build`);
  registry = await startRegistry();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry.remove();
  await workspace.remove();
});

/** Starts to get the image of the line; `said` grows meanwhile. */
function obtain(aborted: AbortSignal): { readonly image: Promise<BuiltImage>; said(): string } {
  const { progress, said } = recordedProgress();
  const choice = chooseImage(workspace, { kind: 'line', line: 'own', variant: 'quiet', build: false });
  const env = { ...process.env, VALKEY_BUNDLE_REPOSITORY: `${registry.host}/nothing/here` };
  const trust = { unsigned: false, key: null };
  return { image: obtainImage(choice, { docker: engine, workspace, env, trust, progress, aborted }), said };
}

it('is resolved, fetched and built; a build that was cut off goes on where it was; and then it is in the cache', async () => {
  await rm(lockPath(workspace));
  const controller = new AbortController();
  const first = obtain(controller.signal);
  const ended = first.image.then(
    () => 'built',
    () => 'cut off',
  );
  await until('the compiler runs', async () => {
    if ((await Promise.race([ended, undefined])) === 'built') throw new Error('it was built already');
    return /module-tally .*cmake --build/.test(first.said()) || undefined;
  });
  controller.abort();
  expect(await ended).toBe('cut off');
  expect(first.said()).toContain('has no such image');
  expect(first.said()).toMatch(/\[1\/4\] Resolving.*\[2\/4\] Fetching.*tally: fetched.*\[3\/4\] Building/s);
  expect(first.said()).toMatch(/time +not known/);
  expect((await readTimes(workspace, 'own'))?.done).toBe(false);
  const toolchain = (await workspace.executed('build')).filter((step) => !step.startsWith('module-tally'));

  const second = obtain(new AbortController().signal);
  const image = await second.image;
  expect(second.said()).toContain('goes on where it was cut off');
  expect(second.said()).not.toMatch(/: fetched|Resolving/);
  const repeated = (await workspace.executed('build')).filter((step) => toolchain.includes(step));
  expect(repeated).toEqual([]);
  const server = await containers.serve({ image: image.id });
  expect(Object.keys(await server.modules())).toEqual(expect.arrayContaining(['dice', 'tally']));
  expect(await server.config('loglevel')).toEqual({ loglevel: 'warning' });

  const third = obtain(new AbortController().signal);
  expect(await third.image).toEqual(image);
  expect(third.said()).toContain('from the cache');
  expect(await workspace.executed('build')).toEqual([]);
});
