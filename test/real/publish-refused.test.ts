import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCredentials } from '../../scripts/lib/registry/credentials.ts';
import { openRegistry, type Registry } from '../../scripts/lib/registry/registry.ts';
import { releasePath } from '../../scripts/lib/workspace.ts';
import { type LineToPublish, publishLine } from '../../scripts/publish/publish-line.ts';
import { stageImage } from '../../scripts/publish/stage.ts';
import { engine } from '../support/docker-engine.ts';
import { basicAuth, startRegistry, type TestRegistry } from '../support/registry.ts';
import { type TinyImage, useTinyImages } from '../support/registry-image.ts';
import { type TestRelease, useReleases } from '../support/registry-release.ts';
import { type RawRepository, rawRepository } from '../support/registry-seed.ts';

const aborted = new AbortController().signal;
const report = (): void => {};
const user = { username: 'tester', password: 'correct horse: battery' };
const seedRelease = useReleases();
const loadTinyImage = useTinyImages();
let running: TestRegistry;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-auth-'));
  running = await startRegistry({ auth: await basicAuth(folder, user) });
});
afterAll(async () => {
  await running.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the registry with what docker's configuration in a folder of the test's own holds. */
async function openAs(name: string, credentials: typeof user | null): Promise<Registry> {
  const configuration = await mkdtemp(join(folder, 'docker-'));
  if (credentials !== null) {
    const auth = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    await writeFile(join(configuration, 'config.json'), JSON.stringify({ auths: { [running.host]: { auth } } }));
  }
  const found = await readCredentials(running.host, configuration);
  return openRegistry({ registry: running.host, name }, found, { aborted, retryAfterMs: [] });
}

describe('who may not write', () => {
  const kind = { line: '9.0', variant: 'default', platform: 'linux/amd64' } as const;
  let release: TestRelease;
  let raw: RawRepository;
  let image: TinyImage;

  beforeAll(async () => {
    raw = rawRepository(running.host, 'access', user);
    release = await seedRelease(`${running.host}/access`, raw);
    image = await loadTinyImage('amd64');
  });

  test('publishes with the credentials that docker keeps', async () => {
    await publishLine(release.wish, { registry: await openAs('access', user), report, aborted });
    expect(await raw.tags()).toContain('9.0');
  });

  test.each([
    ['without credentials', null],
    ['with a wrong password', { ...user, password: 'wrong horse' }],
  ])('gets VP502 %s, the advice to log in, and nothing of the password', async (_, credentials) => {
    const registry = await openAs('access', credentials);
    const refused = publishLine(release.wish, { registry, report, aborted });
    await expect(refused).rejects.toMatchObject({
      code: 'VP502',
      exitCode: 77,
      message: expect.stringContaining(`docker login ${running.host}`),
    });
    await expect(refused).rejects.not.toThrow('wrong horse');
  });

  test.each([
    ['without credentials', null],
    ['with a wrong password', { ...user, password: 'wrong horse' }],
  ])('stages nothing %s either, not even through the engine', async (_, credentials) => {
    // The client reads with the right password, so that it is the engine that is refused.
    const means = { docker: engine, registry: await openAs('staging', user), credentials, report, aborted };
    await expect(stageImage({ ...kind, id: image.id }, means)).rejects.toMatchObject({ code: 'VP502' });
    expect((await engine.getImage(image.id).inspect()).RepoTags).toEqual([image.reference]);
  });

  test('gets VP524 for an image that the engine does not have', async () => {
    const means = { docker: engine, registry: await openAs('staging', user), credentials: user, report, aborted };
    const id = `sha256:${'0'.repeat(64)}`;
    await expect(stageImage({ ...kind, id }, means)).rejects.toMatchObject({ code: 'VP524' });
  });
});

describe('a release that is not whole or not tested', () => {
  let release: TestRelease;
  let raw: RawRepository;
  let registry: Registry;

  beforeAll(async () => {
    raw = rawRepository(running.host, 'broken', user);
    release = await seedRelease(`${running.host}/broken`, raw);
    registry = await openAs('broken', user);
  });

  const publish = (wish: LineToPublish = release.wish): Promise<unknown> =>
    publishLine(wish, { registry, report, aborted });

  /** Nothing was written: no tag, and no manifest either. */
  async function expectRefused(code: string, words?: string, wish?: LineToPublish): Promise<void> {
    await running.requests('broken');
    await expect(publish(wish)).rejects.toMatchObject({ code, message: expect.stringContaining(words ?? code) });
    expect((await running.requests('broken')).filter((request) => !/^(GET|HEAD) /.test(request))).toEqual([]);
    expect(await raw.tags()).toEqual([]);
  }

  test('is refused where one digest has no report', async () => {
    await release.write({ reports: (reports) => reports.slice(1) });
    await expectRefused('VP530', release.staged[0]?.digest);
  });

  test('is refused where one report has a failed check', async () => {
    const failed = { name: 'modules load', result: 'failed', note: 'search: aborted', milliseconds: 1 };
    await release.write({ reports: ([first, ...others]) => [{ ...first, checks: [failed] }, ...others] });
    await expectRefused('VP531', 'modules load');
  });

  test('is refused where a report is not one', async () => {
    await release.write({ reports: ([, ...others]) => [{ checks: 'passed' }, ...others] });
    await expectRefused('VP521', 'report-0.json');
  });

  test('is refused where a platform was not staged', async () => {
    await release.write({ staged: (images) => images.filter(({ platform }) => platform === 'linux/amd64') });
    await expectRefused('VP520', 'linux/arm64');
  });

  test('is refused where nothing was staged', async () => {
    await rm(releasePath(release.wish.workspace, '9.0'), { recursive: true });
    await expectRefused('VP520');
  });

  test('is refused where the record of staging is cut off', async () => {
    await release.write();
    const file = join(releasePath(release.wish.workspace, '9.0'), 'amd64', 'release.json');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 50));
    await expectRefused('VP521', file);
  });

  test('is refused where the record of staging names a digest that the registry does not have', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    await release.write({
      staged: (images) => images.map((image, at) => (at === 0 ? { ...image, digest } : image)),
      reports: ([first, ...others]) => [{ ...first, digest }, ...others],
    });
    await expectRefused('VP523', digest);
  });

  test('is refused where the image is for another platform than was staged', async () => {
    const [amd64, arm64] = release.staged.map(({ digest }) => digest);
    const swapped = [arm64, amd64];
    const swap = <Entry extends { digest: string | null }>(entries: readonly Entry[]): Entry[] =>
      entries.map((entry, at) => ({ ...entry, digest: swapped[at] ?? entry.digest }));
    await release.write({ staged: swap, reports: swap });
    await expectRefused('VP523', 'linux/arm64');
  });

  test('is refused where the images say that they are of another lock', async () => {
    await release.write();
    const lock = 'd'.repeat(64);
    await expectRefused('VP522', lock, { ...release.wish, lock });
  });

  test('is refused where the registry has lost a layer of it', async () => {
    await release.write();
    const layer = release.seeded[3]?.layer ?? '';
    const link = join(
      running.storage,
      `docker/registry/v2/repositories/broken/_layers/${layer.replace(':', '/')}/link`,
    );
    const kept = await readFile(link);
    await rm(link);
    await expectRefused('VP523', layer);
    await writeFile(link, kept);
  });

  test('is refused where the registry gives other bytes under the digest', async () => {
    await release.write();
    const hex = (release.staged[2]?.digest ?? '').replace('sha256:', '');
    const data = join(running.storage, `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`);
    const kept = await readFile(data);
    await writeFile(data, `${kept.toString('utf8')}\n`);
    await expectRefused('VP523', hex);
    await writeFile(data, kept);
  });

  test('is published once all of that is mended', async () => {
    await release.write();
    await publish();
    expect(await raw.tags()).toContain('latest');
  });
});

describe('a registry that will not have it', () => {
  test('gets VP501 where nobody listens', async () => {
    const listener = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(listener, 'listening');
    const address = listener.address();
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    await new Promise((closed) => listener.close(closed));
    const release = await seedRelease(`${host}/nobody`, rawRepository(running.host, 'nobody', user));
    const registry = openRegistry({ registry: host, name: 'nobody' }, null, { aborted, retryAfterMs: [] });
    await expect(publishLine(release.wish, { registry, report, aborted })).rejects.toMatchObject({
      code: 'VP501',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('gets VP505 where the registry turns a manifest down, with its own words', async () => {
    const registry = await openAs('turned-down', user);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const missing = { mediaType, digest: `sha256:${'0'.repeat(64)}`, size: 2 };
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [missing] }));
    await expect(registry.putManifest('9.0', { mediaType, body })).rejects.toMatchObject({
      code: 'VP505',
      message: expect.stringContaining('MANIFEST_BLOB_UNKNOWN'),
    });
  });
});
