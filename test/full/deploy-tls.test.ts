import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis as Valkey } from 'iovalkey';
import { beforeAll, describe, expect, it } from 'vitest';
import { outputOf } from '../../scripts/lib/engine.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { authority } from '../support/certificate.ts';
import { runAsVisitor } from '../support/kube/clients.ts';
import type { KubeObject } from '../support/kube/manifest.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import type { Pod } from '../support/kube/pod.ts';
import { execCommandsOf } from '../support/kube/render.ts';
import {
  allReady,
  jobDone,
  password,
  probeRestarts,
  renderCluster,
  showLogsOnFailure,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { type Certificates, issueFrom, ping, servedSerial, tlsSecret } from '../support/kube/tls.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();
const first = authority('first');
const second = authority('second');
const names = [0, 1, 2].map((ordinal) => `valkey-${ordinal}`);
const client = new URL('../fixtures/cluster-clients/iovalkey.ts', import.meta.url);

describe('deploy/statefulset with the component tls', () => {
  let rendered: KubeObject[];
  let certificates: Certificates;
  let namespace: Namespace;
  beforeAll(async () => {
    rendered = await renderCluster({ components: ['tls'] });
    certificates = issueFrom(first);
    namespace = await open([...rendered, tlsSecret(certificates)]);
    await jobDone(namespace);
    await allReady(namespace);
  });
  const renew = async (next: Certificates): Promise<void> => {
    certificates = next;
    await namespace.apply([...rendered, tlsSecret(next)]);
  };
  const all = <T>(ask: (pod: Pod) => Promise<T>): Promise<T[]> => Promise.all(namespace.pods().map(ask));

  it('forms itself over TLS: every node finds nothing wrong, and the probes are content', async () => {
    showLogsOnFailure(() => namespace);
    for (const pod of namespace.pods()) await untilGreen(pod);
    expect(probeRestarts(namespace)).toEqual([]);
    const { exitCode, stdout } = await namespace.pod('valkey-0').exec('valkey-bundle', 'cluster', 'verify-coordinator');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/is on all 3 nodes/)]);
  });

  it('takes nothing in the clear: clients are answered over TLS alone', async () => {
    const ca = first.certificate;
    const servername = 'valkey.valkey.svc.cluster.local';
    for (const { ip } of namespace.pods()) {
      expect(await ping(ip, 6379, null)).not.toMatch(/PONG|NOAUTH/);
      expect(await ping(ip, 6379, { ca, servername })).toMatch(/^-NOAUTH/);
    }
  });

  it('lets nobody onto the bus without a certificate of its authority', async () => {
    const [own, foreign] = [first.issue(['x']), second.issue(['x'])];
    const as = (pair?: { certificate: string; key: string }) => ({
      rejectUnauthorized: false,
      ...(pair && { cert: pair.certificate, key: pair.key }),
    });
    for (const { ip } of namespace.pods()) {
      expect(await ping(ip, 16379, as())).toMatch(/CERTIFICATE_REQUIRED|closed|ECONNRESET/);
      expect(await ping(ip, 16379, as(foreign))).toMatch(/UNKNOWN_CA|closed|ECONNRESET/);
      // A client with a certificate: any of the authority's, and the password all the same.
      expect(await ping(ip, 6379, as(own))).toMatch(/^-NOAUTH/);
      expect(await ping(ip, 6379, as(foreign))).not.toMatch(/NOAUTH/);
    }
  });

  it('serves a client of another namespace that has the authority, by the name of the service and then by those of the nodes', async () => {
    const args = ['valkey.valkey.svc.cluster.local', password, first.certificate];
    const { hosts, kept } = JSON.parse(await runAsVisitor(namespace, client, args)) as {
      hosts: string[];
      kept: number;
    };
    expect([hosts, kept]).toEqual([names.map((name) => `${name}.valkey-headless.valkey.svc.cluster.local`), 300]);
  });

  it('lets the shell of docs/operate/tls.md in', async () => {
    const page = await readFile(join(paths.root, 'docs/operate/tls.md'), 'utf8');
    const shells = execCommandsOf(page, 'valkey').filter(({ command }) => command.includes('valkey-cli'));
    expect(shells).toHaveLength(1);
    for (const { pod, command } of shells) {
      const { stdout } = await namespace.pod(pod).exec('sh', '-c', `echo DBSIZE | ${command}`);
      expect(stdout).toMatch(/^\d+$/m);
    }
  });

  it('is refused by a client that trusts another authority, or looks for another name', async () => {
    const args = ['valkey.valkey.svc.cluster.local', password, second.certificate];
    await expect(runAsVisitor(namespace, client, args)).rejects.toThrow(/None of startup nodes is available/);
    const { ip } = namespace.pod('valkey-0');
    const said = (ca: string, servername: string) => ping(ip, 6379, { ca, servername });
    expect(await said(second.certificate, 'valkey.valkey.svc.cluster.local')).toMatch(/^UNABLE_TO_VERIFY|^SELF_SIGNED/);
    expect(await said(first.certificate, 'valkey.other.svc.cluster.local')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('with a wrong authority the Job fails at once, and says that it is the certificate', async () => {
    const wrong = { ...issueFrom(first), 'ca.crt': second.certificate };
    const job = rendered
      .filter(({ kind }) => kind === 'Job')
      .map((one) => JSON.parse(JSON.stringify(one).replace('"valkey-tls"', '"wrong-tls"')) as KubeObject);
    const others = rendered.filter(({ kind }) => kind !== 'Job');
    await namespace.deleteJob('valkey-cluster');
    await namespace.apply([...others, ...job, tlsSecret(certificates), tlsSecret(wrong, 'wrong-tls')]);
    const { exitCodes, log } = await namespace.job('valkey-cluster').done();
    expect([exitCodes, log]).toEqual([[78], expect.stringContaining('VB718')]);
    await namespace.deleteJob('valkey-cluster');
    await namespace.apply([...rendered, tlsSecret(certificates)]);
    await jobDone(namespace);
  });

  it('takes a renewed certificate while it runs: no restart, and open connections go on', async () => {
    showLogsOnFailure(() => namespace);
    const ca = first.certificate;
    const processes = await all(processOf);
    const before = await all(({ ip }) => servedSerial(ip, ca));
    expect(new Set(before)).toEqual(new Set([certificates.serial]));
    const clients = namespace
      .pods()
      .map(({ ip }) => new Valkey({ host: ip, password, tls: { ca, servername: 'valkey.valkey.svc.cluster.local' } }));
    try {
      const ids = await Promise.all(clients.map((one) => one.client('ID')));
      await renew(issueFrom(first));
      for (const { name, ip } of namespace.pods())
        await until(
          `${name} shows the new certificate`,
          async () => (await servedSerial(ip, ca)) === certificates.serial || undefined,
        );
      expect(await Promise.all(clients.map((one) => one.client('ID')))).toEqual(ids);
    } finally {
      for (const one of clients) one.disconnect();
    }
    expect(await all(processOf)).toEqual(processes);
    for (const pod of namespace.pods()) await untilGreen(pod);
    expect(namespace.pods().flatMap(({ restarts }) => restarts)).toEqual([]);
  });

  it('goes on with the former certificate where the new one does not fit its key, and says so', async () => {
    const ca = first.certificate;
    const good = certificates.serial;
    await renew({ ...issueFrom(first), 'tls.key': issueFrom(first)['tls.key'] });
    for (const pod of namespace.pods())
      await until(
        `${pod.name} says that it was not taken`,
        async () => /Invalid private key/.test(await said(pod)) || undefined,
      );
    expect(new Set(await all(({ ip }) => servedSerial(ip, ca)))).toEqual(new Set([good]));
    for (const pod of namespace.pods())
      expect(await pod.exec('valkey-bundle', 'health', '--joined')).toMatchObject({ exitCode: 0, stdout: 'joined\n' });
    await renew(issueFrom(first));
    for (const { name, ip } of namespace.pods())
      await until(
        `${name} shows the next certificate`,
        async () => (await servedSerial(ip, ca)) === certificates.serial || undefined,
      );
  });

  it('changes its authority without a restart: first both are trusted, then the new one signs', async () => {
    showLogsOnFailure(() => namespace);
    const processes = await all(processOf);
    const ca = `${first.certificate}${second.certificate}`;
    const taken = async () => (await all(said)).map((log) => log.split('has taken').length);
    const step = async (next: Certificates): Promise<void> => {
      const before = await taken();
      await renew(next);
      await until(
        'every node has taken it',
        async () => (await taken()).every((count, index) => count > (before[index] ?? 0)) || undefined,
      );
      for (const pod of namespace.pods()) await untilGreen(pod);
    };
    await step(issueFrom(first, [first, second]));
    await step(issueFrom(second, [first, second]));
    await step(issueFrom(second));
    expect(new Set(await all(({ ip }) => servedSerial(ip, ca)))).toEqual(new Set([certificates.serial]));
    expect(await ping(namespace.pod('valkey-0').ip, 6379, { ca: first.certificate })).not.toMatch(/NOAUTH/);
    expect(await all(processOf)).toEqual(processes);
  });

  it('comes back over TLS when every pod is lost at once, with other addresses', async () => {
    showLogsOnFailure(() => namespace);
    await namespace.replacePods(names, 'at once');
    await allReady(namespace);
    for (const pod of namespace.pods()) await untilGreen(pod);
  });

  it('has a watcher of certificates that ends when it is told to, and comes back alone', async () => {
    const pod = namespace.pod('valkey-1');
    const before = await processOf(pod);
    await pod.containers.get('certificates')?.kill({ signal: 'SIGTERM' });
    await until('it was started again', async () => pod.restarts.length > 0 || undefined);
    expect(pod.restarts).toEqual([expect.stringMatching(/^certificates: exit /)]);
    expect(await processOf(pod)).toEqual(before);
  });
});

it('a cluster without TLS gets it, with its keys, when all its pods are made anew at once', async () => {
  const namespace = await open(await renderCluster());
  showLogsOnFailure(() => namespace);
  await jobDone(namespace);
  await untilGreen(namespace.pod('valkey-0'));
  const pods = () => namespace.pods();
  const ask = (pod: Pod, ...command: string[]) =>
    pod.exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', ...command);
  for (let number = 0; number < 30; number++) await ask(namespace.pod('valkey-0'), '-c', 'SET', `key:${number}`, 'x');
  await namespace.deleteJob('valkey-cluster');
  const rendered = await renderCluster({ components: ['tls'] });
  // The pods go before the Job asks them.
  const withoutJob = rendered.filter(({ kind }) => kind !== 'Job');
  const secret = tlsSecret(issueFrom(first));
  await namespace.apply([...withoutJob, secret]);
  await namespace.replacePods(names, 'in peace');
  await namespace.apply([...rendered, secret]);
  await jobDone(namespace);
  for (const pod of pods()) await untilGreen(pod);
  const counts = await Promise.all(pods().map((pod) => ask(pod, '--tls', '--insecure', 'DBSIZE')));
  expect(counts.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(30);
});

/** The server's process: which it is on this machine, and since when. */
async function processOf({ docker }: Pod): Promise<{ pid: number; since: string }> {
  const { State } = await docker.inspect();
  return { pid: State.Pid, since: State.StartedAt };
}

/** What the watcher of certificates has printed. */
async function said({ containers }: Pod): Promise<string> {
  const docker = containers.get('certificates');
  if (docker === undefined) throw new Error('there is no container certificates');
  const { stdout, stderr } = await outputOf(docker);
  return `${stderr}${stdout}`;
}
