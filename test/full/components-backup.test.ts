import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import type { Cluster } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execIn } from '../../scripts/lib/engine.ts';
import { ensureRclone } from '../../scripts/lib/programs.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { engine, images, label } from '../support/docker-engine.ts';
import { clusterClient } from '../support/kube/clients.ts';
import type { KubeObject } from '../support/kube/manifest.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import { type Changes, renderStatefulSet } from '../support/kube/render.ts';
import { jobDone, password, untilGreen, useNamespaces } from '../support/kube/scope.ts';
import { claimFiles, makeVolumes, onVolume } from '../support/kube/volumes.ts';
import { measured } from '../support/measured.ts';
import { until } from '../support/until.ts';

/*
 * The local image, since its modules are real: RediSearch keeps an index and its documents as data of a module. It has no libsearch.so, which
 * the delivered configuration loads.
 */
const timeout = 20 * 60_000;
const claim = `backup-${randomUUID().slice(0, 8)}`;
const bound = new Map([['valkey-backup', claim]]);
// Registered before the namespaces' own: it runs after them.
const madeImages: string[] = [];
afterAll(async () => {
  await engine.getVolume(claim).remove();
  for (const name of madeImages) await engine.getImage(name).remove();
});
beforeAll(() => makeVolumes({ [claim]: claimFiles(999) }));
const open = useNamespaces();

const conf = readFileSync(join(paths.root, 'deploy/statefulset/base/valkey.conf'), 'utf8');
const plainConf = conf.replace(/^loadmodule .*$/m, '');

function render(changes: Changes): Promise<KubeObject[]> {
  const files = { 'base/valkey.conf': plainConf, ...changes.files };
  return renderStatefulSet('overlays/k3s', { image: images.local, password: `${password}\n`, ...changes, files });
}

/** What a user patches: variables of a container of the nodes or of a CronJob. */
function nodesPatch(name: string, env: Readonly<Record<string, string>>): object {
  const initContainers = [{ name, env: variables(env) }];
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'valkey', namespace: 'valkey' },
    spec: { template: { spec: { initContainers } } },
  };
}

function cronPatch(spec: object): object {
  const jobTemplate = { spec: { template: { spec } } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'valkey-backup', namespace: 'valkey' },
    spec: { jobTemplate },
  };
}

const variables = (env: Readonly<Record<string, string>>) =>
  Object.entries(env).map(([name, value]) => ({ name, value }));
const restored = (BACKUP: string, replicas: number): Promise<KubeObject[]> =>
  render({ components: ['restore'], replicas, patches: [nodesPatch('restore', { BACKUP })] });

interface Value {
  readonly dump: string;
  readonly expires: number;
}

/** Every key of all nodes: its value, as DUMP has it, and when it expires. */
async function contentOf(client: Cluster): Promise<ReadonlyMap<string, Value>> {
  const content = new Map<string, Value>();
  for (const node of client.nodes('master')) {
    const keys: string[] = await node.keys('*');
    for (const key of keys) {
      const [dump, expires] = await Promise.all([node.dumpBuffer(key), node.pexpiretime(key)]);
      content.set(key, { dump: Buffer.from(dump).toString('base64'), expires });
    }
  }
  return content;
}

/** Keys that are not as they were. A key whose slot was moved has what was left of its time then: MIGRATE carries no moment. */
function differentIn(before: ReadonlyMap<string, Value>, after: ReadonlyMap<string, Value>, shiftMs: number): string[] {
  return [...before].flatMap(([key, { dump, expires }]) => {
    const now = after.get(key);
    const isSame = now?.dump === dump && Math.abs(now.expires - expires) <= shiftMs;
    return isSame ? [] : [key];
  });
}

async function connected<T>(namespace: Namespace, use: (client: Cluster) => Promise<T>): Promise<T> {
  const client = clusterClient(namespace, password);
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
}

const search = (client: Cluster): Promise<unknown> => client.call('FT.SEARCH', '{books}', 'whale', 'NOCONTENT');

async function fill(client: Cluster): Promise<void> {
  const numbers = Array.from({ length: 6000 }, (_, index) => index);
  for (let from = 0; from < numbers.length; from += 500)
    await Promise.all(
      numbers
        .slice(from, from + 500)
        .flatMap((index) => [
          client.set(`key:${index}`, `value ${index}`, 'EX', 100_000 + index),
          ...(index % 10 === 0
            ? [client.hset(`hash:${index}`, { a: index, b: 'x'.repeat(100) }), client.rpush(`list:${index}`, 1, 2, 3)]
            : []),
        ]),
    );
  await client.call('FT.CREATE', '{books}', 'SCHEMA', 'title', 'TEXT');
  for (let index = 0; index < 50; index++)
    await client.call(
      'FT.ADD',
      '{books}',
      `{books}:${index}`,
      '1.0',
      'FIELDS',
      'title',
      index % 5 === 0 ? 'the white whale' : 'a quiet sea',
    );
}

/** Runs a CronJob now, as `kubectl create job --from=cronjob/<name>`. */
async function runNow(namespace: Namespace, name = 'valkey-backup') {
  return namespace.runCronJob(name).done();
}

const backupsOf = async (): Promise<string[]> => (await onVolume(claim, 'ls -A /data')).trim().split('\n');

describe('a cluster of three with the component backup', () => {
  let namespace: Namespace;
  let before: ReadonlyMap<string, Value>;
  let found: unknown;
  let name = '';

  beforeAll(async () => {
    const patches = [cronPatch({ containers: [{ name: 'backup', env: variables({ KEEP: '2' }) }] })];
    namespace = await open(await render({ components: ['backup'], patches }), bound);
    await jobDone(namespace);
    await untilGreen(namespace.pod('valkey-0'));
    await connected(namespace, async (client) => {
      await fill(client);
      before = await contentOf(client);
      found = await search(client);
    });
  }, timeout);

  it('is backed up, keeps as many as it was told, and leaves nothing half-done', { timeout }, async (context) => {
    for (let run = 0; run < 3; run++) {
      const { succeeded, log } = await runNow(namespace);
      expect(succeeded, log).toBe(true);
    }
    const names = await backupsOf();
    expect(names).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z$/), expect.stringMatching(/^\d{8}T\d{6}Z$/)]);
    name = names.toSorted().at(-1) ?? '';
    const checked = await runNow(namespace, 'valkey-backup-check');
    expect(checked.succeeded, checked.log).toBe(true);
    measured(context, `three backups of ${before.size} keys, two kept, both checked`);
  });

  it('fails and leaves earlier backups where a shard is away', { timeout }, async () => {
    const backups = await backupsOf();
    const { name: paused, ip } = namespace.pod('valkey-1');
    await namespace.pod('valkey-1').docker.pause();
    const job = namespace.runCronJob('valkey-backup');
    const said = await until('the backup says why not', async () => {
      const output = await job.current()?.output();
      return output?.stderr.includes('VB77') === true || output?.stderr.includes('VB704') === true
        ? output.stderr
        : undefined;
    });
    await namespace.pod('valkey-1').docker.unpause();
    expect(said).toMatch(new RegExp(`${paused}\\b|${ip.replaceAll('.', '\\.')}\\b`));
    const { exitCodes } = await job.done();
    expect([exitCodes[0], exitCodes.at(-1)]).toEqual([75, 0]);
    expect((await backupsOf()).length).toBe(backups.length);
    await untilGreen(namespace.pod('valkey-0'));
  });

  it('says which file of which backup is damaged', { timeout }, async () => {
    const [oldest = ''] = (await backupsOf()).toSorted();
    const file = `/data/${oldest}/shard-1.rdb`;
    await onVolume(
      claim,
      `cp -p ${file} /data/saved; printf X | dd of=${file} bs=1 seek=2000 conv=notrunc 2>/dev/null`,
    );
    const { succeeded, log } = await runNow(namespace, 'valkey-backup-check');
    await onVolume(claim, `mv /data/saved ${file}`);
    expect(succeeded).toBe(false);
    expect(log).toMatch(new RegExp(`VB773: ${oldest}/shard-1\\.rdb`));
  });

  describe.each([3, 4])('restored to %i nodes', (replicas) => {
    it('has every key, value and expiry, the index and its documents, and not what was written later', {
      timeout,
    }, async (context) => {
      name = (await backupsOf()).toSorted().at(-1) ?? '';
      await connected(namespace, (client) => client.set(`later:${replicas}`, 'x'));
      const began = performance.now();
      const fresh = await open(await restored(name, replicas), bound);
      await jobDone(fresh);
      await untilGreen(fresh.pod('valkey-0'));
      const seconds = (performance.now() - began) / 1000;
      await connected(fresh, async (client) => {
        const after = await contentOf(client);
        expect(differentIn(before, after, replicas === 3 ? 0 : 5000)).toEqual([]);
        expect([...after.keys()].filter((key) => !before.has(key))).toEqual([]);
        expect(after.size).toBe(before.size);
        expect(await search(client)).toEqual(found);
        // It takes on: the index of a module works, and does not only lie there.
        await client.call('FT.ADD', '{books}', '{books}:new', '1.0', 'FIELDS', 'title', 'another whale');
        expect(await search(client)).toEqual(expect.arrayContaining(['{books}:new']));
        expect(client.nodes('master')).toHaveLength(replicas);
      });
      measured(
        context,
        `${before.size} keys equal by DUMP and expiry, the index answers; ${seconds.toFixed(0)} s from nothing`,
      );
      // Where data is, nothing is restored: the same backup is left alone, another one is refused.
      await fresh.replacePods(['valkey-0'], 'in peace');
      await untilGreen(fresh.pod('valkey-0'));
      const [older = ''] = (await backupsOf()).toSorted();
      await fresh.deleteJob('valkey-cluster');
      await fresh.apply(await restored(older, replicas));
      await jobDone(fresh);
      await fresh.replacePods(['valkey-1'], 'in peace');
      const refused = await until('the other backup is refused', async () => {
        const { stderr } = await fresh.pod('valkey-1').output();
        return stderr.includes('VB778') ? stderr : undefined;
      });
      expect(refused).toContain('/data has');
    });
  });
});

describe('a cluster with the component backup-s3', () => {
  const rcloneImage = `${claim}-rclone:test`;
  const [user, secret] = ['valkey', 'of the target'];
  let server: Docker.Container | undefined;
  afterAll(async () => {
    await server?.remove({ force: true, v: true });
  });

  it('uploads, keeps N, and restores what rclone fetches', { timeout }, async (context) => {
    const rclone = await ensureRclone();
    await imageWith(rclone, rcloneImage);
    const namespace = await open(await render({}));
    await jobDone(namespace);
    const namesIn = async (path: string): Promise<string[]> => {
      if (server === undefined) return [];
      const { stdout } = await execIn(server, ['ls', path]);
      return stdout.trim().split('\n');
    };
    // A remote behind a network, as S3 is, and with digests of its own: rclone serves it, since Debian's has no S3 to serve.
    const address = namespace.network.nextAddress();
    server = await engine.createContainer({
      Image: rcloneImage,
      Labels: label,
      Entrypoint: ['rclone', 'serve', 'sftp', '/tmp', '--addr', ':2022', '--user', user, '--pass', secret],
      Env: ['HOME=/tmp'],
      Healthcheck: { Test: ['NONE'] },
      HostConfig: { NetworkMode: namespace.network.name },
      NetworkingConfig: {
        EndpointsConfig: { [namespace.network.name]: { IPAMConfig: { IPv4Address: address } } },
      },
    });
    await server.start();
    const { stdout: obscured } = await execa(rclone, ['obscure', secret]);
    const remote = `[backup]\ntype = sftp\nhost = ${address}\nport = 2022\nuser = ${user}\npass = ${obscured}\nshell_type = unix\n`;
    const files = { 'components/backup-s3/rclone.conf': remote };
    const upload = { containers: [{ name: 'upload', image: rcloneImage, env: variables({ KEEP: '1' }) }] };
    const patches = [cronPatch(upload)];
    await namespace.apply(await render({ components: ['backup-s3'], files, patches }));
    await connected(namespace, async (client) => {
      await fill(client);
      const before = await contentOf(client);
      for (let run = 0; run < 2; run++) {
        const { succeeded, log } = await runNow(namespace);
        expect(succeeded, log).toBe(true);
      }
      expect(await namesIn('/tmp/valkey')).toHaveLength(1);
      const [BACKUP = ''] = await namesIn('/tmp/valkey');
      expect(await namesIn(`/tmp/valkey/${BACKUP}`)).toEqual([
        'backup.json',
        'shard-0.rdb',
        'shard-1.rdb',
        'shard-2.rdb',
      ]);
      // Every node loses its data, as when the claims were deleted.
      for (const { name } of [...namespace.pods()])
        await onVolume(await namespace.takeAway(name, 'data'), 'find /data -mindepth 1 -delete');
      await namespace.deleteJob('valkey-cluster');
      const initContainers = [
        { name: 'fetch', image: rcloneImage, env: variables({ BACKUP }) },
        { name: 'restore', env: variables({ BACKUP }) },
      ];
      const metadata = { name: 'valkey', namespace: 'valkey' };
      const set = {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata,
        spec: { template: { spec: { initContainers } } },
      };
      const components = ['backup-s3', 'restore-s3'];
      await namespace.apply(await render({ components, files, patches: [...patches, set] }));
      await jobDone(namespace);
      await untilGreen(namespace.pod('valkey-0'));
      const after = await connected(namespace, contentOf);
      expect(differentIn(before, after, 0)).toEqual([]);
      expect(after.size).toBe(before.size);
      measured(context, `${before.size} keys uploaded twice by Debian's rclone, one backup kept, all restored from it`);
    });
  });
});

/** An image with rclone, as a user would name one. */
async function imageWith(rclone: string, name: string): Promise<void> {
  const container = await engine.createContainer({ Image: images.local, Labels: label });
  try {
    const { stdout } = await execa('tar', ['-C', join(rclone, '..'), '-cf', '-', 'rclone'], { encoding: 'buffer' });
    await container.putArchive(Buffer.from(stdout), { path: '/usr/local/bin' });
    const [repo, tag] = name.split(':');
    await container.commit({ repo, tag });
    madeImages.push(name);
  } finally {
    await container.remove({ force: true });
  }
}
