import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ownerLabel, ownerOf } from '../../scripts/lib/owner.ts';
import { removeRemains } from '../../scripts/lib/remains.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { engine } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();
const started: ReturnType<typeof startRun>[] = [];
let run: ReturnType<typeof startRun>;
let owner: string;

beforeEach(async () => {
  run = startRun();
  started.push(run);
  owner = ownerOf(run.pid ?? 0);
  await until('the run has made everything', async () => {
    const { running, ...others } = await madeBy(owner);
    return running === 2 && Object.values(others).every((count) => count > 0) ? true : undefined;
  });
});
afterAll(() => Promise.all(started.map((each) => each.kill('SIGKILL') || each)));

/** A test run of its own, with a test that never ends. */
function startRun() {
  const program = join(paths.root, 'node_modules/vitest/vitest.mjs');
  const config = join(paths.root, 'test/fixtures/remains/vitest.config.ts');
  const args = [program, 'run', '--root', join(config, '..'), '--config', config];
  return execa(process.execPath, args, { cwd: paths.root, reject: false, stdin: 'ignore' });
}

/** What the engine has with an owner's name on it. */
async function madeBy(name: string) {
  const filters = { label: [`${ownerLabel}=${name}`] };
  const { Volumes } = await engine.listVolumes({ filters });
  const all = await engine.listContainers({ all: true, filters });
  return {
    running: all.filter(({ State }) => State === 'running').length,
    containers: all.length,
    networks: (await engine.listNetworks({ filters })).length,
    volumes: (Volumes ?? []).length,
    images: (await engine.listImages({ filters })).length,
  };
}

const nothing = { running: 0, containers: 0, networks: 0, volumes: 0, images: 0 };
const isNothing = async () => (Object.values(await madeBy(owner)).every((count) => count === 0) ? true : undefined);

describe('a test run', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'that is ended by %s leaves nothing in the engine',
    async (signal) => {
      run.kill(signal);
      await run;
      await until('nothing of the run is left', isNothing);
    },
  );

  it('that was killed with the process that watches it leaves what the next run removes, and that of a live run stays', async () => {
    const alive = await containers.make({ command: ['sleep', 'infinity'] });
    await alive.start();
    for (const watcher of watchersOf(owner)) process.kill(watcher, 'SIGKILL');
    run.kill('SIGKILL');
    await run;
    await removeRemains(engine);
    expect(await madeBy(owner)).toEqual(nothing);
    expect((await alive.docker.inspect()).State.Running).toBe(true);
  });
});

/** The processes that were told of an owner. */
function watchersOf(name: string): number[] {
  const words = (pid: number): string[] => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      return [];
    }
  };
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && words(pid).includes(name));
}
