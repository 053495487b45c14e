import { expect, it } from 'vitest';
import { named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';
import { outputOf } from '../support/docker-output.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
const pauseMs = 8000;

it('cluster ensure goes on with its work where a node answers nobody for eight seconds', {
  timeout: 60_000,
}, async () => {
  const nodes = await Promise.all(['k1', 'k2', 'k3'].map((name) => network.node(name, { inMemory: true })));
  await untilUp(nodes);
  const job = await network.job('cluster', 'ensure', '--nodes', named(nodes));
  const errors = async () => (await outputOf(job)).stderr;
  await until('it works', async () => ((await errors()).includes('create a cluster') ? true : undefined), {
    everyMs: 20,
  });
  // As a node does that moves a big key.
  const began = performance.now();
  expect(await nodes[1]?.cli('CLIENT', 'PAUSE', String(pauseMs), 'ALL')).toBe('OK');
  expect([(await job.wait()).StatusCode, await errors()]).toEqual([0, expect.not.stringContaining('VB713')]);
  // Its last look at the nodes had to wait for the answer: it was not over before the pause began.
  expect(performance.now() - began).toBeGreaterThanOrEqual(pauseMs);
});
