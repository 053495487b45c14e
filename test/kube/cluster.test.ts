import { beforeAll, describe, expect, it } from 'vitest';
import type { Namespace } from '../support/kube/namespace.ts';
import { execCommandsOf, readPage } from '../support/kube/render.ts';
import {
  allReady,
  clusterCommand,
  jobDone,
  password,
  probeRestarts,
  renderCluster,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { checkPatience } from '../support/patience.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();

describe('kubectl apply -k deploy/statefulset/overlays/k3s', () => {
  let namespace: Namespace;
  let readyBefore: readonly boolean[];
  beforeAll(async () => {
    const objects = await renderCluster();
    namespace = await open(objects);
    readyBefore = namespace.pods().map(({ isReady }) => isReady);
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
  });

  it('gives a cluster that formed itself: one Job, and every node finds nothing wrong', async () => {
    expect(await namespace.job('valkey-cluster').done()).toMatchObject({ succeeded: true, exitCodes: [0] });
    for (const pod of namespace.pods()) await untilGreen(pod);
  });

  it('makes nodes ready once they have joined, and the service `valkey` leads to them', async () => {
    expect(readyBefore).toEqual([false, false, false]);
    await allReady(namespace);
    const ips = namespace.pods().map(({ ip }) => ip);
    expect(namespace.zone()['valkey.valkey.svc.cluster.local']?.toSorted()).toEqual(ips.toSorted());
    expect(probeRestarts(namespace)).toEqual([]);
  });

  it.each([0, 1, 2])('valkey-%i has the modules once, search with the coordinator', async (ordinal) => {
    const cli = ['valkey-cli', '--json', 'MODULE', 'LIST'] as const;
    const { stdout } = await namespace.pod(`valkey-${ordinal}`).exec('env', `REDISCLI_AUTH=${password}`, ...cli);
    const modules = JSON.parse(stdout) as { name: string; args: string[] }[];
    const names = modules.map(({ name }) => name).filter((name) => name !== 'lua');
    expect(names.toSorted()).toEqual(['bf', 'json', 'ldap', 'search']);
    expect(modules.find(({ name }) => name === 'search')?.args).toEqual([
      '--use-coordinator',
      '--reader-threads',
      '8',
      '--writer-threads',
      '4',
      '--hnsw-block-size',
      '10000',
    ]);
  });

  it('announces names that lead to the nodes from every pod', async () => {
    const names = [0, 1, 2].map((ordinal) => `valkey-${ordinal}.valkey-headless.valkey.svc.cluster.local`);
    const ask = ['env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'SLOTS'] as const;
    for (const pod of namespace.pods()) {
      // A node learns the names of the others with their next pings.
      await until(`${pod.name} knows all names`, async () => {
        const { stdout } = await pod.exec(...ask);
        return names.every((name) => stdout.includes(name)) || undefined;
      });
      for (const name of names) {
        const { stdout } = await pod.exec('getent', 'ahostsv4', name);
        const found = stdout
          .trim()
          .split('\n')
          .map((line) => line.split(/\s/)[0]);
        expect([...new Set(found)], `${name} in ${pod.name}`).toEqual(namespace.zone()[name]);
      }
    }
  });

  it.each([0, 1, 2])(
    'cluster check is green from valkey-%i, which reaches the coordinator of every node',
    async (ordinal) => {
      const command = ['valkey-bundle', 'cluster', 'check', ...checkPatience] as const;
      const check = await namespace.pod(`valkey-${ordinal}`).exec(...command);
      expect(check.exitCode, `${check.stdout}${check.stderr}`).toBe(0);
      expect(check.stdout).toMatch(/ok +ports .*coordinator of 3 nodes can be reached from here/);
    },
  );

  const commands = execCommandsOf(readPage('README.md'), 'valkey').filter(
    ({ pod, command }) => Number(pod.at(-1)) < 3 && !command.includes(' -x '),
  );
  it.each(commands)('what the README runs there works: $pod, $command', async ({ pod, command }) => {
    const ran = await namespace.pod(pod).exec('sh', '-c', command);
    expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/NOAUTH|WRONGPASS/);
  });

  it('the README’s shell is logged in', async () => {
    const shell = commands.find(({ command }) => command.includes('valkey-cli -c'))?.command ?? '';
    expect((await namespace.pod('valkey-0').exec('sh', '-c', `echo DBSIZE | ${shell}`)).stdout).toMatch(/^\d+$/m);
  });

  it('keeps the password out of what the pods show', async () => {
    for (const pod of namespace.pods()) {
      const { stdout, stderr } = await pod.output();
      const { Config, Args } = await pod.docker.inspect();
      expect(JSON.stringify([stdout, stderr, Config.Env, Config.Cmd, Args])).not.toContain(password);
    }
  });

  it('does not change anything when ensure runs again', async () => {
    const before = await slotsOf(namespace);
    const { exitCode, stderr } = await clusterCommand(namespace, 'ensure');
    expect(exitCode, stderr).toBe(0);
    expect(await slotsOf(namespace)).toBe(before);
  });

  it('carries an index to every node: the half of verify-coordinator that a stand-in for search can do', async () => {
    const { exitCode, stdout, stderr } = await clusterCommand(namespace, 'verify-coordinator');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/the index made on .* is on all 3 nodes/);
    expect(stderr).toContain('VB735');
  });

  it('refuses a changed Job, as the API does: it has to be deleted first', async () => {
    await expect(namespace.apply(await renderCluster({ replicas: 4 }))).rejects.toThrow(/field is immutable/);
  });
});

async function slotsOf(namespace: Namespace): Promise<string> {
  const { stdout } = await namespace
    .pod('valkey-1')
    .exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'SLOTS');
  return stdout;
}
