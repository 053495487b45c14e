import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { images } from '../support/docker-engine.ts';
import { userPassword } from '../support/kube/objects.ts';
import { chartObjects, readChartValues } from '../support/kube/official-chart.ts';
import { nodeName, operatorNodes } from '../support/kube/official-operator.ts';
import { makeCoordinatorImage, modulesOf } from '../support/kube/operator.ts';
import type { Pod } from '../support/kube/pod.ts';
import { renderFolder } from '../support/kube/render.ts';
import { allReady, probeRestarts, useNamespaces } from '../support/kube/scope.ts';
import { mayReach, problemsOf } from '../support/kube/validate.ts';

let coordinator: Awaited<ReturnType<typeof makeCoordinatorImage>>;
// Hooks after tests run in reverse: the namespaces, which are opened below, go before the image that their pods run.
afterAll(() => coordinator.remove());
let chartPod: Pod;
let operatorPod: Pod;
const open = useNamespaces();
let restarts: () => string[];
// Both at once: most of the time goes into waiting for the first probes.
beforeAll(async () => {
  coordinator = await makeCoordinatorImage();
  const found = (await renderFolder('operator/valkey-io', coordinator.name)).find(
    ({ kind }) => kind === 'ValkeyCluster',
  );
  if (found === undefined) throw new Error('deploy/operator/valkey-io renders no ValkeyCluster');
  const values = await readChartValues('values.yaml');
  const one = operatorNodes(found).filter(
    ({ kind, metadata }) => kind !== 'StatefulSet' || metadata.name === nodeName(0, 0),
  );
  const [chart, operator] = await Promise.all([
    open(chartObjects({ ...values, replica: { enabled: true, replicas: 1 } }, images.test)),
    open(one),
  ]);
  chartPod = chart.pod('valkey-0');
  operatorPod = operator.pod(`${nodeName(0, 0)}-0`);
  restarts = () => [...probeRestarts(chart), ...probeRestarts(operator)];
  await Promise.all([allReady(chart), allReady(operator)]);
});
const others = { json: [], bf: [], ldap: [] };
const asDefault = [`REDISCLI_AUTH=${userPassword}`, `VALKEYCLI_AUTH=${userPassword}`];

describe('a pod as the official chart makes it of deploy/helm/valkey-helm/values.yaml', () => {
  it('loads every module once, search with the arguments of the values', async () => {
    const search = ['--reader-threads', '4', '--writer-threads', '2'];
    expect(await modulesOf(chartPod, asDefault)).toEqual({ ...others, search });
  });

  it('becomes ready by the chart’s probes, as user 1000 on a read-only root', async () => {
    expect(chartPod.isReady).toBe(true);
    expect((await chartPod.exec('id', '-u')).stdout.trim()).toBe('1000');
    expect((await chartPod.exec('touch', '/x')).stderr).toContain('Read-only file system');
    expect(restarts()).toEqual([]);
  });

  it('knows the users of the values and no others, and takes the configuration of the values', async () => {
    expect((await chartPod.exec('valkey-cli', 'DBSIZE')).stdout).toMatch(/^NOAUTH/);
    const users = await chartPod.exec('env', ...asDefault, 'valkey-cli', 'ACL', 'USERS');
    expect(users.stdout).toBe('default\n');
    const memory = await chartPod.exec('env', ...asDefault, 'valkey-cli', 'CONFIG', 'GET', 'maxmemory');
    expect(memory.stdout).toBe(`maxmemory\n${2 ** 30}\n`);
  });
});

describe('a pod as the official operator makes it of deploy/operator/valkey-io', () => {
  it('loads every module once, search with the coordinator of the image and the arguments of the instance', async () => {
    const search = [
      '--reader-threads',
      '8',
      '--writer-threads',
      '4',
      '--hnsw-block-size',
      '10000',
      '--use-coordinator',
    ];
    expect(await modulesOf(operatorPod, asDefault)).toEqual({ ...others, search });
  });

  it('becomes ready by the operator’s probes, which log in as its own user', async () => {
    expect([operatorPod.isReady, restarts()]).toEqual([true, []]);
  });

  it('knows the operator’s users and those of the instance, and announces its address', async () => {
    expect(
      (await operatorPod.exec('env', '-u', 'VALKEYCLI_AUTH', '-u', 'REDISCLI_AUTH', 'valkey-cli', 'DBSIZE')).stdout,
    ).toMatch(/^NOAUTH/);
    const asked = async (...command: string[]) =>
      (await operatorPod.exec('env', '-u', 'VALKEYCLI_AUTH', 'valkey-cli', ...command)).stdout;
    expect((await asked('ACL', 'USERS')).trim().split('\n').toSorted()).toEqual([
      '_operator',
      '_replication',
      'default',
    ]);
    expect(await asked('CONFIG', 'GET', 'cluster-announce-ip')).toContain(operatorPod.ip);
  });
});

describe('the instance in deploy/operator/valkey-io', () => {
  it('is what the operator’s definition allows', async () => {
    const objects = await renderFolder('operator/valkey-io');
    expect((await Promise.all(objects.map(problemsOf))).flat()).toEqual([]);
  });

  it('lets nobody but its own pods reach bus and coordinator, and every namespace 6379', async () => {
    const policies = (await renderFolder('operator/valkey-io')).filter(({ kind }) => kind === 'NetworkPolicy');
    const node = { namespace: 'valkey', labels: { 'valkey.io/cluster': 'valkey-cluster' } };
    const reach = (labels: Record<string, string>) =>
      [6379, 16379, 26673].filter((port) => mayReach(policies, { namespace: 'valkey', labels }, node, port));
    expect([reach(node.labels), reach({ 'valkey.io/cluster': 'other' })]).toEqual([[6379, 16379, 26673], [6379]]);
  });
});
