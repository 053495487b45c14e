import { afterAll, beforeAll, expect, it } from 'vitest';
import { formAsOperator, makeCoordinatorImage, operatorObjects } from '../support/kube/operator.ts';
import { renderFolder } from '../support/kube/render.ts';
import { showLogsOnFailure, untilGreen, useNamespaces } from '../support/kube/scope.ts';
import { measured } from '../support/measured.ts';

let coordinator: Awaited<ReturnType<typeof makeCoordinatorImage>>;
beforeAll(async () => {
  coordinator = await makeCoordinatorImage();
});
afterAll(() => coordinator.remove());
const open = useNamespaces();

const keys = 300;
const writeAll = `i=0; while [ $i -lt ${keys} ]; do echo "SET key:$i value:$i"; i=$((i + 1)); done | valkey-cli -c`;
const readAll = `i=0; while [ $i -lt ${keys} ]; do echo "GET key:$i"; i=$((i + 1)); done | valkey-cli -c`;

it('an operator’s cluster finds itself again after the loss of every pod and every address, without the operator', async (context) => {
  const rendered = await renderFolder('operator/hyperspike', coordinator.name);
  const instance = rendered.find(({ kind }) => kind === 'Valkey');
  if (instance === undefined) throw new Error('operator/hyperspike renders no Valkey');
  const namespace = await open(operatorObjects(instance, 'of-the-operator'));
  showLogsOnFailure(() => namespace);
  await formAsOperator(namespace);
  for (const pod of namespace.pods()) await untilGreen(pod);
  const written = await namespace.pod('valkey-cluster-0').exec('sh', '-c', writeAll);
  expect(written.stdout.match(/^OK$/gm)).toHaveLength(keys);
  // The operators' configuration writes the append-only file once a second.
  for (const pod of namespace.pods()) await pod.exec('valkey-cli', 'WAITAOF', '1', '0', '5000');

  const before = namespace.pods().map(({ ip }) => ip);
  const began = performance.now();
  await namespace.replacePods(['valkey-cluster-0', 'valkey-cluster-1', 'valkey-cluster-2'], 'at once');
  expect(namespace.pods().filter(({ ip }) => before.includes(ip))).toEqual([]);
  for (const pod of namespace.pods()) await untilGreen(pod);
  const seconds = (performance.now() - began) / 1000;

  const read = await namespace.pod('valkey-cluster-1').exec('sh', '-c', readAll);
  const found = new Set(read.stdout.match(/value:\d+/g));
  expect(found.size).toBe(keys);
  measured(context, `${keys} keys, all found; green on every node ${seconds.toFixed(1)} s after the loss`);
});
