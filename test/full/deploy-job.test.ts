import { expect, it } from 'vitest';
import { jobDone, password, renderCluster, untilGreen, useNamespaces } from '../support/kube/scope.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();

it('a Job that is killed half-way is finished by the next one', async () => {
  const objects = await renderCluster();
  const namespace = await open(objects);
  // Mostly before the nodes know each other. Where they surely do not: test/real/cluster-remains.test.ts.
  await until(
    'the first node has slots',
    async () => {
      const command = ['env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'INFO'];
      const { stdout } = await namespace.pod('valkey-0').exec(...command);
      return stdout.includes('cluster_slots_assigned:0') || !stdout.includes('cluster_slots_assigned')
        ? undefined
        : true;
    },
    { everyMs: 5 },
  );
  const pod = namespace.job('valkey-cluster').current();
  await pod?.kill();
  // Killed, and not ended by itself meanwhile.
  expect(await pod?.ended()).toBe(137);
  // The Job's own second pod would come after ten seconds; whoever does not wait deletes the Job and applies again.
  await namespace.deleteJob('valkey-cluster');
  await namespace.apply(objects);
  await jobDone(namespace);
  await untilGreen(namespace.pod('valkey-0'));
});

it('a Job whose pod is killed tries again by itself', async () => {
  const namespace = await open(await renderCluster());
  const pod = await until('its pod runs', async () => namespace.job('valkey-cluster').current());
  await pod.kill();
  const end = await namespace.job('valkey-cluster').done();
  expect(end).toMatchObject({ succeeded: true, exitCodes: [137, 0] });
  await untilGreen(namespace.pod('valkey-0'));
});

it('a Job that refuses fails at once', async () => {
  const namespace = await open(await renderCluster({ replicas: 2 }));
  const end = await namespace.job('valkey-cluster').done();
  expect(end).toMatchObject({ succeeded: false, exitCodes: [1] });
  expect(end.log).toContain('VB701');
});
