import { expect, it } from 'vitest';
import { outputOf } from '../../scripts/lib/engine.ts';
import { named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();
const pauseMs = 8000;

it('cluster ensure goes on with its work where a node answers nobody for eight seconds', async () => {
  const nodes = await Promise.all(['k1', 'k2', 'k3'].map((name) => network.node(name, { inMemory: true })));
  await untilUp(nodes);
  // As a node does that moves a big key, as soon as it has met another: the work has begun then, and is not over.
  const met = '[ "$(valkey-cli cluster nodes | wc -l)" -gt 1 ]';
  const paused = nodes[1]?.exec(
    ...['sh', '-c', `until ${met}; do sleep 0.05; done; date +%s%3N; valkey-cli CLIENT PAUSE ${pauseMs} ALL`],
  );
  const job = await network.job('cluster', 'ensure', '--nodes', named(nodes));
  expect((await job.wait()).StatusCode).toBe(0);
  const over = Date.now();
  const [began, answer] = (await paused)?.stdout.split('\n') ?? [];
  expect(answer).toBe('OK');
  // It had to wait for the answer: it was not over before the pause began.
  expect(over - Number(began)).toBeGreaterThanOrEqual(pauseMs);
  expect((await outputOf(job)).stderr).not.toContain('VB713');
});
