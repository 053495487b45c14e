import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { ensureCompose } from '../../scripts/lib/programs.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { engine, images, label, requireImage } from '../support/docker-engine.ts';
import { longTestMs } from '../support/patience.ts';
import { until } from '../support/until.ts';

type Compose = (...args: string[]) => Promise<{ readonly exitCode: number | undefined; readonly all: string }>;

/** The engine takes one when the container starts, so nobody else can have taken it meanwhile. */
const ANY_FREE_PORT = '0';
const nodes = ['valkey-0', 'valkey-1', 'valkey-2'] as const;

const file = join(paths.root, 'deploy/compose/compose.yaml');
let folder: string;
let labels: string;

const started: Compose[] = [];
beforeAll(async () => {
  // Where it is not there yet, it comes out of the Debian archive.
  await ensureCompose();
  folder = await mkdtemp(join(tmpdir(), 'compose-'));
  labels = join(folder, 'labels.yaml');
  await writeFile(labels, stringify(labelsFor(await readFile(file, 'utf8'))));
});
afterAll(async () => {
  await Promise.all(started.map((compose) => compose('down', '--volumes', '--timeout', '5')));
  await rm(folder, { recursive: true, force: true });
});

/** Puts the tests' label on everything that a project makes. */
function labelsFor(project: string) {
  const names = z.looseObject({
    services: z.record(z.string(), z.unknown()),
    volumes: z.record(z.string(), z.unknown()),
  });
  const { services, volumes } = names.parse(parse(project, { merge: true }));
  const labelled = (those: object) => Object.fromEntries(Object.keys(those).map((name) => [name, { labels: label }]));
  return { services: labelled(services), volumes: labelled(volumes), networks: labelled({ default: null }) };
}

/** `docker compose` for a project of its own, with these variables in its shell. */
async function newProject(variables: Readonly<Record<string, string>>): Promise<Compose> {
  await requireImage(images.test);
  const program = await ensureCompose();
  const project = `compose-${randomUUID().slice(0, 8)}`;
  const env = { VALKEY_BUNDLE_IMAGE: images.test, VALKEY_PORT: ANY_FREE_PORT, ...variables };
  const compose: Compose = async (...args) => {
    const ran = await execa(program, ['--project-name', project, '--file', file, '--file', labels, ...args], {
      env,
      all: true,
      reject: false,
      timeout: longTestMs,
    });
    return { exitCode: ran.exitCode, all: ran.all };
  };
  started.push(compose);
  return compose;
}

/** The ids of a project's containers, also of those that have ended; of one service's, if it is named. */
async function containersOf(compose: Compose, ...service: string[]): Promise<string[]> {
  const { exitCode, all } = await compose('ps', '--quiet', '--all', ...service);
  expect(exitCode, all).toBe(0);
  return all.trim().split('\n').toSorted();
}

/** Each node with its address. */
async function addressesOf(compose: Compose): Promise<Map<string, string>> {
  const addresses = new Map<string, string>();
  for (const node of nodes) {
    const [id = ''] = await containersOf(compose, node);
    const { NetworkSettings } = await engine.getContainer(id).inspect();
    const [address] = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    expect(address, `the address of ${node}`).toMatch(/^\d+(\.\d+){3}$/);
    addresses.set(node, address ?? '');
  }
  return addresses;
}

/**
 * What deploy/README.md runs, as often as it takes on a busy machine, where one answer can take all the time that the
 * command asks again.
 */
async function untilGreen(compose: Compose, node: (typeof nodes)[number]): Promise<void> {
  let last = '';
  const check = async () => {
    const { exitCode, all } = await compose('exec', '-T', node, 'valkey-bundle', 'cluster', 'check');
    last = all;
    return exitCode === 0 ? true : undefined;
  };
  const end = (error: unknown) =>
    Promise.reject(new Error(`cluster check on ${node} is not green:\n${last}`, { cause: error }));
  await until(`cluster check is green on ${node}`, check).catch(end);
}

/** The engine may let go of a network's last endpoint a little later than of its containers. */
async function down(compose: Compose, ...args: string[]): Promise<void> {
  await until('compose down', async () => (await compose('down', ...args)).exitCode === 0 || undefined);
}

it('without a password, as docs/operate/compose.md has it: up --wait, a green cluster check on every node, and a shell', async () => {
  const compose = await newProject({});
  const up = await compose('up', '--wait');
  expect(up.exitCode, up.all).toBe(0);
  for (const node of nodes) {
    await untilGreen(compose, node);
  }
  expect((await compose('exec', '-T', 'valkey-0', 'valkey-cli', '-c', 'SET', 'a', 'b')).all).toContain('OK');
  const modules = await compose('exec', '-T', 'valkey-0', 'valkey-cli', 'MODULE', 'LIST');
  expect(modules.all).toContain('--use-coordinator');
  const coverage = await compose(
    'exec',
    '-T',
    'valkey-0',
    'valkey-cli',
    'CONFIG',
    'GET',
    'cluster-require-full-coverage',
  );
  expect(coverage.all).toMatch(/\nno$/);
  await down(compose, '--volumes', '--timeout', '5');
});

describe('with a password', () => {
  let compose: Compose;
  beforeAll(async () => {
    compose = await newProject({ VALKEY_PASSWORD: 'of-the-laptop' });
    const { exitCode, all } = await compose('up', '--wait');
    expect(exitCode, all).toBe(0);
  });

  it('docker compose up --wait ends when the cluster stands, and cluster check is green', async () => {
    await untilGreen(compose, 'valkey-1');
  });

  it('docker compose up again changes nothing', async () => {
    const before = await containersOf(compose);
    expect(before).toHaveLength(nodes.length + 1);
    expect((await compose('up', '--wait')).exitCode).toBe(0);
    expect(await containersOf(compose)).toEqual(before);
    await untilGreen(compose, 'valkey-1');
  });

  it('keeps cluster and data when all containers are made anew, with other addresses', async () => {
    const set = ['exec', '-T', '-e', 'REDISCLI_AUTH=of-the-laptop', 'valkey-0', 'valkey-cli', '-c', 'SET', 'a', 'b'];
    expect((await compose(...set)).all).toContain('OK');
    const before = await addressesOf(compose);
    await down(compose);
    // The engine hands addresses out in the order of the starts. One by one, and who had the first address last, so
    // that each gets another.
    const [first = '', ...others] = nodes.toSorted((a, b) => lastNumber(before.get(a)) - lastNumber(before.get(b)));
    for (const node of [...others, first]) expect((await compose('up', '--detach', node)).exitCode).toBe(0);
    expect((await compose('up', '--wait')).exitCode).toBe(0);
    const after = await addressesOf(compose);
    expect(nodes.filter((node) => after.get(node) === before.get(node))).toEqual([]);
    await untilGreen(compose, 'valkey-1');
    const get = ['exec', '-T', '-e', 'REDISCLI_AUTH=of-the-laptop', 'valkey-1', 'valkey-cli', '-c', 'GET', 'a'];
    expect((await compose(...get)).all).toContain('b');
  });
});

function lastNumber(address = ''): number {
  return Number(address.split('.').at(-1));
}
