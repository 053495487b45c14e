import type { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { clusterClient, lostOf, whileWriting } from '../support/kube/clients.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import {
  allReady,
  clusterCommand,
  jobDone,
  password,
  renderCluster,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { onVolume } from '../support/kube/volumes.ts';
import { measured } from '../support/measured.ts';
import { until } from '../support/until.ts';

const open = useNamespaces();

/** What one node alone has wrong: check names it, ensure changes nothing, and mending the node mends the cluster. */
describe('a cluster in which one node is not as the others', () => {
  let namespace: Namespace;
  let client: Cluster;
  /** What was acknowledged so far, by all tests. */
  const written: string[] = [];
  beforeAll(async () => {
    namespace = await open(await renderCluster({ extraFlags: '--appendfsync always' }));
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    client = clusterClient(namespace, password);
    await client.connect();
  });
  afterAll(() => client?.disconnect());

  /** Who owns which slots; addresses change with each pod. */
  const owners = async (): Promise<string> => {
    const { stdout } = await namespace
      .pod('valkey-0')
      .exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'CLUSTER', 'SLOTS');
    return stdout.replace(/^\d+\.\d+\.\d+\.\d+$/gm, 'address');
  };
  const mend = async (): Promise<void> => {
    await namespace.apply(await renderCluster({ extraFlags: '--appendfsync always' }));
    await namespace.replacePods(['valkey-2'], 'in peace');
    await untilGreen(namespace.pod('valkey-0'));
  };
  /** Writes before, during and after what happens to the node; then nothing that was ever acknowledged may be missing. */
  const withWrites = async (context: TestContext, name: string, body: () => Promise<void>): Promise<void> => {
    const acknowledged = await whileWriting(client, name, async ({ more }) => {
      await more(500);
      await body();
      await more(500);
    });
    written.push(...acknowledged);
    expect(await lostOf(client, written)).toEqual([]);
    measured(context, `${written.length} acknowledged writes so far, all found`);
  };

  it('with another password: check and ensure name it, and nothing changes', (context) =>
    withWrites(context, 'password', async () => {
      const wrong = await renderCluster({ extraFlags: '--appendfsync always', password: 'another\n' });
      await namespace.apply(wrong);
      await namespace.replacePods(['valkey-2'], 'in peace');
      const before = await owners();
      const check = await until('valkey-2 answers', async () => {
        const checked = await clusterCommand(namespace, 'check');
        return checked.stderr.includes('VB705') || checked.stdout.includes('WRONGPASS') ? checked : undefined;
      });
      expect(check.exitCode).not.toBe(0);
      expect(`${check.stdout}${check.stderr}`).toContain('valkey-2');
      const ensure = await clusterCommand(namespace, 'ensure');
      expect(ensure.exitCode).not.toBe(0);
      expect(ensure.stderr).toContain('VB705');
      expect(ensure.stderr).toContain('valkey-2');
      expect(await owners()).toBe(before);
      await mend();
    }));

  it('with other module arguments: check names it', (context) =>
    withWrites(context, 'arguments', async () => {
      const conf = ['loadmodule /usr/lib/valkey/libsearch.so --use-coordinator --reader-threads 2'];
      await namespace.apply(await renderCluster({ extraFlags: '--appendfsync always', conf }));
      await namespace.replacePods(['valkey-2'], 'in peace');
      const check = await until('valkey-2 runs with them', async () => {
        const checked = await clusterCommand(namespace, 'check');
        return checked.stdout.includes('--reader-threads 2') ? checked : undefined;
      });
      expect(check.exitCode).not.toBe(0);
      expect(check.stdout).toMatch(/FAIL modules[\s\S]*valkey-2/);
      await mend();
    }));

  it('with an append-only file that is corrupt: it refuses to start, and says why', (context) =>
    withWrites(context, 'corrupt', async () => {
      const volume = await namespace.takeAway('valkey-2', 'data');
      const file = '$(ls /data/appendonlydir/*.incr.aof)';
      const size = Number(await onVolume(volume, `stat -c %s ${file}; printf 'no command at all\\r\\n' >> ${file}`));
      expect(size).toBeGreaterThan(0);
      await namespace.replacePods(['valkey-2'], 'at once');
      const log = await until('the server has refused', async () => {
        const { stdout } = await namespace.pod('valkey-2').output();
        return stdout.includes('Bad file format reading the append only file') ? stdout : undefined;
      });
      expect(log).toContain('valkey-check-aof');
      expect(namespace.pod('valkey-2').isReady).toBe(false);
      const check = await clusterCommand(namespace, 'check');
      expect(check.exitCode).not.toBe(0);
      expect(`${check.stdout}${check.stderr}`).toContain('valkey-2');
      // Nothing was dropped: without the bytes that do not belong there, all is there again.
      await onVolume(await namespace.takeAway('valkey-2', 'data'), `truncate -s ${size} ${file}`);
      await namespace.replacePods(['valkey-2'], 'at once');
      await untilGreen(namespace.pod('valkey-0'));
    }));

  it('with an append-only file that ends in the middle of a command: it starts, and reports what it left out', (context) =>
    withWrites(context, 'cut-off', async () => {
      const volume = await namespace.takeAway('valkey-2', 'data');
      const file = '$(ls /data/appendonlydir/*.incr.aof)';
      await onVolume(volume, `printf '*3\\r\\n$3\\r\\nSET\\r\\n$4\\r\\nha' >> ${file}`);
      await namespace.replacePods(['valkey-2'], 'at once');
      await untilGreen(namespace.pod('valkey-0'));
      const { stdout } = await namespace.pod('valkey-2').output();
      expect(stdout).toMatch(/short read while loading the AOF file|AOF loaded anyway because aof-load-truncated/);
      await allReady(namespace);
    }));
});
