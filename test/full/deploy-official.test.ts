import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authority } from '../support/certificate.ts';
import { images } from '../support/docker-engine.ts';
import type { KubeObject } from '../support/kube/manifest.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { userPassword } from '../support/kube/objects.ts';
import { chartObjects, readChartValues } from '../support/kube/official-chart.ts';
import { joinAsOperator, operatorNodes } from '../support/kube/official-operator.ts';
import { makeCoordinatorImage, modulesOf } from '../support/kube/operator.ts';
import type { Pod } from '../support/kube/pod.ts';
import { renderFolder } from '../support/kube/render.ts';
import { allReady, probeRestarts, showLogsOnFailure, useNamespaces } from '../support/kube/scope.ts';
import { issueFrom, ping, tlsSecret } from '../support/kube/tls.ts';
import { until } from '../support/until.ts';

let coordinator: Awaited<ReturnType<typeof makeCoordinatorImage>>;
beforeAll(async () => {
  coordinator = await makeCoordinatorImage();
});
// Hooks after tests run in reverse: the namespaces, which are opened below, go before the image that their pods run.
afterAll(() => coordinator.remove());
const open = useNamespaces();
const signer = authority('of the test');
/** As docs/operate/operators.md has it: without the user and the password of the operator's probes. */
const asDefault = ['-u', 'VALKEY_USER', '-u', 'VALKEYCLI_AUTH', `REDISCLI_AUTH=${userPassword}`];
const overTls = ['valkey-cli', '--tls', '--cacert', '/tls/ca.crt'];

/** What the server says to `default` over TLS. */
async function ask(pod: Pod, ...command: string[]): Promise<string> {
  const { stdout, stderr } = await pod.exec('env', ...asDefault, ...overTls, ...command);
  return `${stdout}${stderr}`.trim();
}

describe('the official chart with values.yaml and tls.yaml', () => {
  let namespace: Namespace;
  const names = ['valkey-0', 'valkey-1'];
  beforeAll(async () => {
    const values = await readChartValues('values.yaml', 'tls.yaml');
    namespace = await open([...chartObjects(values, images.test), tlsSecret(issueFrom(signer))]);
    await allReady(namespace);
  });

  it('runs a primary and a replica that follows it, with the password and over TLS', async () => {
    showLogsOnFailure(() => namespace);
    const [primary, replica] = [namespace.pod('valkey-0'), namespace.pod('valkey-1')];
    expect(await until('the primary answers', async () => (await ask(primary, 'SET', 'a', 'b')) || undefined)).toBe(
      'OK',
    );
    await until('the replica has it', async () => (await ask(replica, 'GET', 'a')) === 'b' || undefined);
    expect(await ask(replica, 'ROLE')).toMatch(
      /^slave\nvalkey-0\.valkey-headless\.valkey\.svc\.cluster\.local\n6379\nconnected/,
    );
  });

  it('answers over TLS alone, and nobody without the password', async () => {
    for (const { ip } of namespace.pods()) {
      expect(await ping(ip, 6379, null)).not.toMatch(/PONG|NOAUTH/);
      expect(await ping(ip, 6379, { ca: signer.certificate, servername: 'valkey.valkey.svc.cluster.local' })).toMatch(
        /^-NOAUTH/,
      );
    }
  });

  it('keeps data and users when both pods are made anew, and the probes are content', async () => {
    await namespace.replacePods(names, 'in peace');
    await allReady(namespace);
    for (const pod of namespace.pods())
      await until(`${pod.name} has the key`, async () => (await ask(pod, 'GET', 'a')) === 'b' || undefined);
    expect(probeRestarts(namespace)).toEqual([]);
  });
});

describe('the official operator with deploy/operator/valkey-io, over TLS', () => {
  let namespace: Namespace;
  const tool = ['valkey-bundle', 'cluster'];
  beforeAll(async () => {
    const objects = await renderFolder('operator/valkey-io', coordinator.name);
    const found = objects.find(({ kind }: KubeObject) => kind === 'ValkeyCluster');
    if (found === undefined) throw new Error('deploy/operator/valkey-io renders no ValkeyCluster');
    namespace = await open([...operatorNodes(found, 'valkey-tls'), tlsSecret(issueFrom(signer))]);
    await joinAsOperator(namespace, 3, true);
    await allReady(namespace);
  });

  it('makes three shards of two, in which every node finds nothing wrong', async () => {
    showLogsOnFailure(() => namespace);
    for (const pod of namespace.pods()) {
      const ran = await pod.exec('env', ...asDefault, ...tool, 'check', '--timeout', '300');
      expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
      expect(ran.stdout).toMatch(/coordinator of 6 nodes can be reached from here/);
    }
    const [first] = namespace.pods();
    const slots = (await first?.exec('env', ...asDefault, ...overTls, '--json', 'CLUSTER', 'SHARDS'))?.stdout ?? '';
    const shards = JSON.parse(slots) as { nodes: { role: string }[] }[];
    expect(shards.map(({ nodes }) => nodes.map(({ role }) => role).toSorted())).toEqual(
      Array.from({ length: 3 }, () => ['master', 'replica']),
    );
  });

  it('does not let the user of its probes check the cluster: hence `env -u` in docs/operate/operators.md', async () => {
    const ran = await namespace.pods()[0]?.exec(...tool, 'check', '--timeout', '0');
    expect(ran?.exitCode).not.toBe(0);
    expect(`${ran?.stdout}${ran?.stderr}`).toMatch(/NOPERM/);
  });

  it('carries an index to every node', async () => {
    const ran = await namespace.pods()[0]?.exec('env', ...asDefault, ...tool, 'verify-coordinator');
    expect(ran?.exitCode, `${ran?.stdout}${ran?.stderr}`).toBe(0);
    expect(ran?.stdout).toMatch(/is on all \d nodes/);
  });

  it('loads every module once on every node, and the operator’s probes are content', async () => {
    const auth = [`REDISCLI_AUTH=${userPassword}`, `VALKEYCLI_AUTH=${userPassword}`];
    for (const pod of namespace.pods())
      expect(Object.keys(await modulesOf(pod, auth, ['--tls', '--cacert', '/tls/ca.crt'])).toSorted()).toEqual([
        'bf',
        'json',
        'ldap',
        'search',
      ]);
    expect(probeRestarts(namespace)).toEqual([]);
  });
});
