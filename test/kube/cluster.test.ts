import { Redis as Valkey } from 'iovalkey';
import { beforeAll, describe, expect, it } from 'vitest';
import { SLOTS, slotOf } from '../../entrypoint/cluster/nodes.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { execCommandsOf } from '../support/kube/render.ts';
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
import { readPage } from '../support/pages.ts';
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

  const pages = ['deploy/README.md', 'docs/operate/scale.md', 'docs/operate/upgrade.md', 'docs/operate/connect.md'];
  const commands = execCommandsOf(pages.map(readPage).join('\n'), 'valkey').filter(
    ({ pod, command }) => Number(pod.at(-1)) < 3 && !command.includes(' -x '),
  );
  it.each(commands)('what the pages run there works: $pod, $command', async ({ pod, command }) => {
    const ran = await namespace.pod(pod).exec('sh', '-c', command);
    expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/NOAUTH|WRONGPASS/);
  });

  it('the shell of docs/operate/connect.md is logged in', async () => {
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

  it('loses the keys of a node that is away, and no others: the rest goes on reading and writing', async () => {
    const away = namespace.pod('valkey-2');
    const others = ['valkey-0', 'valkey-1'].map((name) => namespace.pod(name));
    // Not `pause`: the engine cannot freeze a container in which a probe begins at that moment.
    await away.docker.kill({ signal: 'SIGSTOP' });
    try {
      for (const pod of others)
        await until(`${pod.name} has given up ${away.name}`, async () => {
          const { stdout } = await pod.exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'INFO');
          return /^cluster_slots_fail:[1-9]/m.test(stdout) || undefined;
        });
      const [one = [], other = []] = await Promise.all(others.map(({ ip }) => writeToEverySlot(ip)));
      const left = one.filter((said, slot) => said !== 'OK' && other[slot] !== 'OK');
      expect(left.length).toBeGreaterThan(SLOTS / 4);
      expect(left.length).toBeLessThan(SLOTS / 2);
      // A client is sent to the node that is away, as it would be to any other.
      const sent = /^MOVED \d+ valkey-2\.valkey-headless\.valkey\.svc\.cluster\.local:6379$/;
      expect(left.filter((said) => !sent.test(said))).toEqual([]);

      const asked = async (...command: string[]) => others[0]?.exec('valkey-bundle', ...command);
      expect(await asked('health', '--joined')).toMatchObject({ exitCode: 0, stdout: 'joined\n' });
      const ok = await asked('health', '--cluster-ok');
      expect(ok).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/VB720.* slots are not served/) });
      const check = await asked('cluster', 'check', '--timeout', '0');
      expect(check).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^ok {3}state/m) });
      expect(check?.stdout).toMatch(/^FAIL answers\n +valkey-2\./m);
      expect(check?.stdout).toMatch(/^FAIL links\n.* does not reach valkey-2\..* \(master, fail\)/m);
      const nodes = namespace.pods().map(({ name }) => `${name}.valkey-headless:6379`);
      const ensure = await asked('cluster', 'ensure', '--timeout', '1', '--nodes', nodes.join());
      expect(ensure).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('valkey-2') });
    } finally {
      await away.docker.kill({ signal: 'SIGCONT' });
    }
    // One command, asked too early: it waits for the truth.
    const waited = await others[0]?.exec('valkey-bundle', 'cluster', 'check', ...checkPatience);
    expect(waited?.exitCode, `${waited?.stdout}${waited?.stderr}`).toBe(0);
    for (const pod of namespace.pods()) await untilGreen(pod);
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

/** What a node answers to a write to each slot, in the order of the slots. */
async function writeToEverySlot(host: string): Promise<string[]> {
  const keys = new Map<number, string>();
  for (let number = 0; keys.size < SLOTS; number++) keys.set(slotOf(`key:${number}`), `key:${number}`);
  const client = new Valkey({ host, port: 6379, password });
  try {
    const pipeline = client.pipeline();
    for (let slot = 0; slot < SLOTS; slot++) pipeline.set(keys.get(slot) ?? '', 'x');
    return ((await pipeline.exec()) ?? []).map(([error, reply]) => error?.message ?? String(reply));
  } finally {
    client.disconnect();
  }
}
