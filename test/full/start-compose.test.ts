import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import process from 'node:process';
import { afterAll, expect, it } from 'vitest';
import { execIn } from '../../scripts/lib/engine.ts';
import { currentOwner, ownerVariable } from '../../scripts/lib/owner.ts';
import { findNodes, startNodes, stopNodes } from '../../scripts/start/compose.ts';
import { engine, images, label, requireImage } from '../support/docker-engine.ts';
import { problemOf } from '../support/problem-of.ts';
import { recordedProgress } from '../support/recorded-progress.ts';
import { until } from '../support/until.ts';

/* npm start -- --compose with the image that every machine can make: it has no search. In a project of the test's own. */

const project = `start-${randomUUID().slice(0, 8)}`;
const env = { ...process.env, COMPOSE_PROJECT_NAME: project, [ownerVariable]: currentOwner() };
const { progress } = recordedProgress();
const aborted = new AbortController().signal;
afterAll(() => stopNodes(env, true, progress));

const start = async (environment: readonly { name: string; value: string }[] = [], port: number | null = null) => {
  await requireImage(images.local);
  const image = { tag: images.local, hasSearch: false };
  return await startNodes({ docker: engine, image, options: { port, environment }, env, progress, aborted });
};

/**
 * Every slot is served. Where nodes have swapped their addresses, the epochs that `cluster check` compares may differ.
 */
async function untilServed(container: string): Promise<void> {
  const check = ['valkey-bundle', 'health', '--cluster-ok'];
  await until('the cluster is whole', async () => {
    const { exitCode } = await execIn(engine.getContainer(container), check);
    return exitCode === 0 || undefined;
  });
}

it('three nodes of the local image join, take a variable, and go: first the containers, then the data', async () => {
  const nodes = await start();
  expect(nodes).toMatchObject({ project, container: `${project}-valkey-0-1` });
  await untilServed(nodes.container);
  expect((await findNodes(engine, env)).containers).toBe(4);
  expect(await start()).toEqual(nodes);

  const again = await start([{ name: 'VALKEY_EXTRA_FLAGS', value: '--maxmemory 50mb' }]);
  expect(again.port).toBe(nodes.port);
  await untilServed(again.container);
  const asked = ['valkey-cli', 'CONFIG', 'GET', 'maxmemory'];
  expect((await execIn(engine.getContainer(again.container), asked)).stdout).toContain('52428800');

  await expect(start([{ name: 'REDISEARCH_MODULE_ARGS', value: '"open' }])).rejects.toThrow('VB201');
  await untilServed(again.container);

  await stopNodes(env, false, progress);
  const left = await findNodes(engine, env);
  expect(left).toEqual({ project, containers: 0, volumes: [0, 1, 2].map((node) => `${project}_valkey-${node}`) });
  await stopNodes(env, true, progress);
  expect((await findNodes(engine, env)).volumes).toEqual([]);
});

it('a port that another program has is refused before anything is made', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const at = holder.address();
  try {
    const port = typeof at === 'object' && at !== null ? at.port : 0;
    await expect(start([], port)).rejects.toThrow(`127.0.0.1:${port} is in use`);
    expect((await findNodes(engine, env)).containers).toBe(0);
  } finally {
    holder.close();
  }
});

it('a project of that name from another file is left alone: VP645', async () => {
  const other = `${project}-other`;
  const Labels = {
    ...label,
    'com.docker.compose.project': other,
    'com.docker.compose.project.config_files': '/somewhere/else.yaml',
  };
  const container = await engine.createContainer({ Image: images.local, Labels });
  try {
    const { code, message } = await problemOf(findNodes(engine, { ...env, COMPOSE_PROJECT_NAME: other }));
    expect(code).toBe('VP645');
    expect(message).toContain('/somewhere/else.yaml');
  } finally {
    await container.remove({ force: true });
  }
});
