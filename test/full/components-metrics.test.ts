import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Redis as Valkey } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execIn, outputOf } from '../../scripts/lib/engine.ts';
import { ensureProgram } from '../../scripts/lib/programs.ts';
import { authority } from '../support/certificate.ts';
import { tarOf } from '../support/docker-container.ts';
import { engine, images, label, requireImage } from '../support/docker-engine.ts';
import { type KubeObject, nameOf, readManifest } from '../support/kube/manifest.ts';
import {
  alertsOf,
  checkRules,
  firing,
  metricsIn,
  namesIn,
  readScrape,
  type Scrape,
} from '../support/kube/monitoring.ts';
import type { Namespace } from '../support/kube/namespace.ts';
import type { Pod } from '../support/kube/pod.ts';
import type { Changes } from '../support/kube/render.ts';
import {
  allReady,
  jobDone,
  password,
  probeRestarts,
  renderCluster,
  untilGreen,
  useNamespaces,
} from '../support/kube/scope.ts';
import { issueFrom, tlsSecret } from '../support/kube/tls.ts';
import { patienceMs } from '../support/patience.ts';
import { until } from '../support/until.ts';

const published = 'docker.io/oliver006/redis_exporter';
/** With all that a password may hold that JSON or a shell could take for its own. */
const own = 'of "the" exporter \\ $HOME `id`';
const all = ['valkey-0', 'valkey-1', 'valkey-2'] as const;

let exporter: Awaited<ReturnType<typeof makeExporterImage>>;
beforeAll(async () => {
  exporter = await makeExporterImage();
});
// Hooks after tests run in reverse: the namespaces, which are opened below, go before the image that their pods run.
afterAll(() => exporter?.remove());
const open = useNamespaces();

const render = (changes: Changes = {}): Promise<KubeObject[]> =>
  renderCluster({
    components: ['metrics'],
    files: { 'components/metrics/password.txt': `${own}\n` },
    otherImages: { [published]: exporter.name },
    ...changes,
  });

/**
 * A stand-in for the published image: Debian's build of the same exporter (1.69.0 in trixie), on the image of the
 * tests.
 */
async function makeExporterImage(): Promise<{ readonly name: string; remove(): Promise<void> }> {
  const name = 'prometheus-redis-exporter';
  const program = await ensureProgram(name, { package: name, suites: ['trixie'], file: `usr/bin/${name}` });
  await requireImage(images.test);
  const container = await engine.createContainer({ Image: images.test, Labels: label });
  try {
    await container.putArchive(tarOf({ '/redis_exporter': { text: await readFile(program), mode: 0o755 } }), {
      path: '/',
    });
    const tag = `exporter-${randomUUID().slice(0, 8)}`;
    await container.commit({ repo: 'valkey-bundle-test', tag, changes: 'ENTRYPOINT ["/redis_exporter"]\nCMD []' });
    const image = `valkey-bundle-test:${tag}`;
    return { name: image, remove: async () => void (await engine.getImage(image).remove()) };
  } finally {
    await container.remove({ force: true });
  }
}

async function scrape({ ip }: Pod): Promise<Scrape> {
  const answer = await fetch(`http://${ip}:9121/metrics`, { signal: AbortSignal.timeout(patienceMs) });
  expect(answer.status).toBe(200);
  return readScrape(await answer.text());
}

const ruleIn = (objects: readonly KubeObject[]): KubeObject => {
  const found = objects.find((object) => nameOf(object) === 'PrometheusRule valkey');
  if (found === undefined) throw new Error('there is no PrometheusRule');
  return found;
};

describe('a cluster of three with the component metrics', () => {
  let namespace: Namespace;
  let objects: KubeObject[];
  let rule: KubeObject;
  let healthy: Record<string, Scrape>;
  const scrapeAll = async (names: readonly string[]): Promise<Record<string, Scrape>> =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await scrape(namespace.pod(name))])));
  beforeAll(async () => {
    objects = await render();
    rule = ruleIn(objects);
    namespace = await open(objects);
    await jobDone(namespace);
    for (const name of all) await untilGreen(namespace.pod(name));
    await allReady(namespace);
    healthy = await scrapeAll(all);
  });

  /** What the metrics' user gets to hear, by the network as anybody would. */
  async function asMetrics(command: string): Promise<string> {
    const host = namespace.pod('valkey-0').ip;
    const client = new Valkey({ host, username: 'metrics', password: own, enableReadyCheck: false });
    const [name = '', ...words] = command.split(' ');
    try {
      return String(await client.call(name, ...words));
    } catch (error) {
      return String(error);
    } finally {
      client.disconnect();
    }
  }

  /** What the user of everybody else gets to hear. */
  async function asDefault(name: string, ...command: string[]): Promise<string> {
    const cli = ['env', `REDISCLI_AUTH=${password}`, 'valkey-cli', ...command] as const;
    return (await namespace.pod(name).exec(...cli)).stdout.trim();
  }

  it('forms itself as without it: no probe restarts a container, and every node is scraped', async () => {
    expect(probeRestarts(namespace)).toEqual([]);
    for (const name of all) {
      expect(namespace.pod(name).restarts).toEqual([]);
      expect(healthy[name]?.get('redis_up'), name).toBe(1);
      expect(healthy[name]?.get('redis_cluster_slots_ok'), name).toBe(16384);
      expect(healthy[name]?.get('redis_cluster_known_nodes'), name).toBe(3);
      expect(healthy[name]?.get('redis_memory_max_bytes'), name).toBe(2 ** 30);
    }
  });

  it('counts the modules: which one has which version', () => {
    const modules = [...(healthy['valkey-0'] ?? new Map()).keys()].filter((series) =>
      series.startsWith('redis_module_info'),
    );
    const names = modules.map((series) => /name="(\w+)"/.exec(series)?.[1]);
    expect(names).toEqual(expect.arrayContaining(['bf', 'json', 'ldap', 'search']));
  });

  it.each([
    ['PING', 'PONG'],
    ['INFO', /redis_version/],
    ['CLUSTER INFO', /cluster_state:ok/],
    ['LATENCY LATEST', ''],
    ['SLOWLOG LEN', /^\d+$/],
  ])('its user may ask %s', async (command, said) => {
    expect(await asMetrics(command)).toMatch(said);
  });

  it.each([
    'GET key',
    'SET key value',
    'KEYS *',
    'SCAN 0',
    'CONFIG GET requirepass',
    'CONFIG SET maxmemory 0',
    'ACL LIST',
    'ACL WHOAMI',
    'SLOWLOG GET',
    'CLIENT LIST',
    'CLIENT KILL TYPE normal',
    'CLUSTER NODES',
    'CLUSTER RESET',
    'EVAL return 0',
    'MODULE LIST',
    'FT._LIST',
    'SUBSCRIBE channel',
    'PUBLISH channel text',
    'SHUTDOWN NOSAVE',
    'FLUSHALL',
    'BGSAVE',
    'REPLICAOF NO ONE',
  ])('its user may not %s', async (command) => {
    expect(await asMetrics(command)).toMatch(/^ReplyError: NOPERM /);
  });

  it('has no other way in: nobody without a password, and the exporter not with the nodes’ password', async () => {
    const ask = async (...words: string[]) => (await namespace.pod('valkey-0').exec(...words)).stdout.trim();
    expect(await ask('valkey-cli', 'PING')).toMatch(/NOAUTH/);
    expect(await ask('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', '--user', 'metrics', 'PING')).toMatch(
      /WRONGPASS|NOAUTH/,
    );
    expect(await ask('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'PING')).toBe('PONG');
  });

  it('keeps the exporter’s password out of what the pods show', async () => {
    for (const pod of namespace.pods())
      for (const docker of pod.containers.values()) {
        const { Config, Args } = await docker.inspect();
        expect(JSON.stringify([await outputOf(docker), Config.Env, Config.Cmd, Args])).not.toContain('exporter \\\\');
        expect((await execIn(docker, ['cat', '/proc/1/cmdline', '/proc/1/environ'])).stdout).not.toContain('of "the"');
      }
  });

  it('gives every metric that the alerts ask for, and that the dashboard shows, but for those of search', () => {
    const names = new Set(Object.values(healthy).flatMap((one) => [...namesIn(one)]));
    const asked = alertsOf(rule).flatMap(({ expr }) => metricsIn(expr));
    expect(asked.filter((name) => name !== 'up' && !names.has(name))).toEqual([]);
    const dashboard = readManifest(objects).configMaps.get('valkey-dashboard')?.get('valkey.json')?.toString() ?? '';
    const missing = metricsIn(dashboard).filter((name) => !names.has(name));
    // The real search module's, which exporters read from 1.79.0 on.
    expect(missing).toEqual([
      'redis_search_failure_requests_count',
      'redis_search_number_of_indexes',
      'redis_search_successful_requests_count',
      'redis_search_total_indexed_documents',
      'redis_search_used_memory_bytes',
    ]);
  });

  it('has rules that promtool takes, and no alert fires where all is well', async () => {
    expect(await checkRules(rule)).toMatch(/SUCCESS: \d+ rules found/);
    expect(await firing(rule, healthy)).toEqual([]);
  });

  it('fires for a node that hangs: it is down, and its slots are not served', async () => {
    const away = namespace.pod('valkey-2');
    await away.docker.kill({ signal: 'SIGSTOP' });
    try {
      const others = await until('the others have given it up', async () => {
        const scraped = await scrapeAll(['valkey-0', 'valkey-1']);
        const isSeen = Object.values(scraped).every((one) => (one.get('redis_cluster_slots_fail') ?? 0) > 0);
        return isSeen ? scraped : undefined;
      });
      const own = await scrape(away);
      expect(own.get('redis_up')).toBe(0);
      expect(await firing(rule, { ...others, 'valkey-2': own })).toEqual(['ValkeyNodeDown', 'ValkeySlotsNotServed']);
      // The whole machine: no exporter answers either, and then there is no pod at all.
      const down = { ...others, 'valkey-2': undefined };
      expect(await firing(rule, down)).toEqual(['ValkeyNodeDown', 'ValkeySlotsNotServed']);
      expect(await firing(rule, others)).toEqual(['ValkeyNodeMissing', 'ValkeySlotsNotServed']);
    } finally {
      await away.docker.kill({ signal: 'SIGCONT' });
    }
    for (const pod of namespace.pods()) await untilGreen(pod);
    expect(await firing(rule, await scrapeAll(all))).toEqual([]);
  });

  it('fires for a snapshot, and for an append-only file, that cannot be written', async () => {
    const name = 'valkey-0';
    const status = async (metric: string, wanted: number) =>
      until(`${metric} is ${wanted}`, async () => {
        const scraped = await scrapeAll(all);
        return scraped[name]?.get(metric) === wanted ? scraped : undefined;
      });
    // A folder in its way: the file that is renamed into place cannot be.
    await namespace.pod(name).exec('sh', '-c', 'rm -f /data/dump.rdb && mkdir -p /data/dump.rdb/in-the-way');
    expect(await asDefault(name, 'BGSAVE')).toBe('Background saving started');
    const failed = await status('redis_rdb_last_bgsave_status', 0);
    expect(await firing(rule, failed)).toEqual(['ValkeySnapshotFailed']);
    await namespace.pod(name).exec('rm', '-r', '/data/dump.rdb');
    expect(await asDefault(name, 'BGSAVE')).toBe('Background saving started');
    await status('redis_rdb_last_bgsave_status', 1);

    await namespace.pod(name).exec('chmod', '0500', '/data/appendonlydir');
    expect(await asDefault(name, 'BGREWRITEAOF')).toMatch(/ERR/);
    const stuck = await status('redis_aof_last_bgrewrite_status', 0);
    expect(await firing(rule, stuck)).toEqual(['ValkeyAppendOnlyFailed']);
    await namespace.pod(name).exec('chmod', '0700', '/data/appendonlydir');
    expect(await asDefault(name, 'BGREWRITEAOF')).toMatch(/started|scheduled/);
    await status('redis_aof_last_bgrewrite_status', 1);
  });

  it('fires for a node that is nearly full', async () => {
    const used = (await scrape(namespace.pod('valkey-1'))).get('redis_memory_used_bytes') ?? 0;
    await asDefault('valkey-1', 'CONFIG', 'SET', 'maxmemory', String(Math.round(used * 1.05)));
    try {
      expect(await firing(rule, await scrapeAll(all))).toEqual(['ValkeyMemoryNearlyFull']);
    } finally {
      await asDefault('valkey-1', 'CONFIG', 'SET', 'maxmemory', '1gb');
    }
  });

  it('fires where the state of the cluster or a write of the append-only file is bad, and where nothing is scraped: no test makes these happen', async () => {
    const one = healthy['valkey-0'] ?? new Map<string, number>();
    const bad = (name: string): Record<string, Scrape> => ({ ...healthy, 'valkey-0': new Map([...one, [name, 0]]) });
    expect(await firing(rule, bad('redis_cluster_state'))).toEqual(['ValkeyClusterDown']);
    expect(await firing(rule, bad('redis_aof_last_write_status'))).toEqual(['ValkeyAppendOnlyFailed']);
    expect(await firing(rule, {})).toEqual(['ValkeyNotScraped']);
  });

  it('takes the new password with restarted nodes; an exporter with another one says so, and that alert fires alone', async () => {
    const changed = await render({ files: { 'components/metrics/password.txt': 'another' } });
    await namespace.apply(changed);
    await namespace.replacePods(['valkey-0'], 'in peace');
    await allReady(namespace);
    for (const pod of namespace.pods()) await untilGreen(pod);
    expect((await scrape(namespace.pod('valkey-0'))).get('redis_up')).toBe(1);

    expect(await asDefault('valkey-0', 'ACL', 'SETUSER', 'metrics', 'resetpass', '>a third one')).toBe('OK');
    const refused = await scrapeAll(all);
    expect(refused['valkey-0']?.get('redis_up')).toBe(0);
    expect([...(refused['valkey-0'] ?? new Map()).keys()].join('\n')).toMatch(
      /last_scrape_error\{err="(WRONGPASS|NOAUTH)/,
    );
    expect(await firing(rule, refused)).toEqual(['ValkeyMetricsRefused']);
  });
});

it('scrapes a node that speaks TLS alone, with the address that the page gives for it', async () => {
  const objects = await render({ components: ['tls', 'metrics'] });
  const json = JSON.stringify(objects.filter(({ kind }) => kind !== 'Job'));
  const one = json.replace('"replicas":3', '"replicas":1').replace('"localhost:6379"', '"rediss://localhost:6379"');
  const namespace = await open([...(JSON.parse(one) as KubeObject[]), tlsSecret(issueFrom(authority('of the test')))]);
  const pod = namespace.pod('valkey-0');
  await until('the exporter is let in', async () => (await scrape(pod)).get('redis_up') === 1 || undefined);
  expect((await scrape(pod)).get('redis_cluster_known_nodes')).toBe(1);
});

it('a Secret without a password keeps the node from starting, with the reason', async () => {
  const objects = await render({ files: { 'components/metrics/password.txt': '\n' } });
  await expect(open(objects)).rejects.toThrow(/metrics-user ended with 1: .*empty password/);
});
