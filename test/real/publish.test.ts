import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Platform } from '../../scripts/lib/platform.ts';
import { openRegistry, type Registry } from '../../scripts/lib/registry/registry.ts';
import { planLine, publishLine } from '../../scripts/publish/publish-line.ts';
import type { StagedImage } from '../../scripts/publish/release-file.ts';
import { stageImage } from '../../scripts/publish/stage.ts';
import { engine } from '../support/docker-engine.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { useTinyImages } from '../support/registry-image.ts';
import { reportOn, testLine, testTags, useReleases } from '../support/registry-release.ts';
import { rawRepository } from '../support/registry-seed.ts';

const aborted = new AbortController().signal;
const report = (): void => {};
const seedRelease = useReleases();
const loadTinyImage = useTinyImages();
let running: TestRegistry;

beforeAll(async () => {
  running = await startRegistry();
});
afterAll(() => running.remove());

const open = (name: string): Registry =>
  openRegistry({ registry: running.host, name }, null, { aborted, retryAfterMs: [] });

async function release(name: string, line = testLine) {
  const raw = rawRepository(running.host, name);
  return { raw, registry: open(name), ...(await seedRelease(`${running.host}/${name}`, raw, line)) };
}

describe('publishing', () => {
  test('gives every tag of the line the index over the tested digests, and changes none of them', async () => {
    const { raw, registry, wish, staged } = await release('all-tags');
    const published = await publishLine(wish, { registry, report, aborted });
    expect(await raw.tags()).toEqual(testTags.toSorted());
    for (const [variant, { digest, images, tags }] of Object.entries(published.variants)) {
      for (const tag of tags) expect(await raw.digest(tag)).toBe(digest);
      const index = JSON.parse((await raw.bytes(digest))?.toString('utf8') ?? '');
      expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json');
      const tested = staged.filter((image) => image.variant === variant);
      expect(index.manifests.map((entry: { digest: string }) => entry.digest)).toEqual(
        tested.map((image) => image.digest),
      );
      expect(images).toEqual(Object.fromEntries(tested.map((image) => [image.platform, image.digest])));
      expect(index.annotations).toEqual({
        'org.opencontainers.image.version': variant === 'default' ? '9.0.4' : `9.0.4-${variant}`,
      });
    }
  });

  test('a second time asks, writes nothing, and says that there is nothing to do', async () => {
    const { registry, wish } = await release('twice');
    const first = await publishLine(wish, { registry, report, aborted });
    await running.requests('twice');
    const lines: string[] = [];
    const second = await publishLine(wish, { registry: open('twice'), report: (line) => lines.push(line), aborted });
    expect(second).toEqual(first);
    expect(lines).toEqual([expect.stringContaining('nothing to do')]);
    const methods = new Set((await running.requests('twice')).map((request) => request.split(' ')[0]));
    expect([...methods].sort()).toEqual(['GET', 'HEAD']);
  });

  test('with a plan alone writes nothing', async () => {
    const { raw, registry, wish } = await release('dry');
    const plan = await planLine(wish, registry);
    expect(plan.actions.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 7 }, () => 'create'));
    expect(await raw.tags()).toEqual([]);
  });

  test('refuses to move a version tag, and then writes no other tag either', async () => {
    const first = await release('versions');
    await publishLine(first.wish, { registry: first.registry, report, aborted });
    const before = await Promise.all(testTags.map((tag) => first.raw.digest(tag)));
    const second = await release('versions');
    await running.requests('versions');
    await expect(publishLine(second.wish, { registry: second.registry, report, aborted })).rejects.toMatchObject({
      code: 'VP540',
      message: expect.stringContaining('9.0.4-20261002'),
    });
    expect((await running.requests('versions')).filter((request) => request.startsWith('PUT'))).toEqual([]);
    expect(await Promise.all(testTags.map((tag) => first.raw.digest(tag)))).toEqual(before);
  });

  test('moves a version tag when it is told to', async () => {
    const first = await release('moved');
    await publishLine(first.wish, { registry: first.registry, report, aborted });
    const second = await release('moved');
    const wish = { ...second.wish, moveVersionTags: true };
    const { variants } = await publishLine(wish, { registry: second.registry, report, aborted });
    expect(await second.raw.digest('9.0.4')).toBe(variants['default']?.digest);
    expect(await second.raw.digest('9.0-coordinator')).toBe(variants['coordinator']?.digest);
  });

  test('moves the rolling tags to the next version, and leaves the versions before it', async () => {
    const first = await release('next');
    const { variants } = await publishLine(first.wish, { registry: first.registry, report, aborted });
    const second = await release('next', { ...testLine, valkey: '9.0.5' });
    const next = await publishLine(second.wish, { registry: second.registry, report, aborted });
    expect(await second.raw.digest('9.0.4')).toBe(variants['default']?.digest);
    for (const tag of ['9.0', 'latest', '9.0.5'])
      expect(await second.raw.digest(tag)).toBe(next.variants['default']?.digest);
  });
});

describe('an image of the engine', () => {
  test('is staged for each platform, published as one index, and pulled back by tag with that digest', async () => {
    const name = 'kailas-cloud/valkey-bundle';
    const repository = `${running.host}/${name}`;
    const line = { ...testLine, variants: { default: { ...testLine.variants['default'], tags: ['{line}'] } } };
    const kinds = { amd64: 'linux/amd64', arm64: 'linux/arm64' } as const satisfies Record<string, Platform>;
    const { registry, raw, wish, write } = await release(name, line as typeof testLine);
    const staged: StagedImage[] = [];
    for (const [architecture, platform] of Object.entries(kinds)) {
      const image = await loadTinyImage(architecture as keyof typeof kinds);
      const means = { docker: engine, registry, credentials: null, report, aborted };
      const wished = { line: '9.0', variant: 'default', platform, id: image.id };
      const one = await stageImage(wished, means);
      await running.requests(name);
      expect(await stageImage(wished, means)).toEqual(one);
      const again = await running.requests(name);
      expect(again.filter((request) => !/^(GET|HEAD) /.test(request))).toEqual([]);
      expect((await engine.getImage(image.id).inspect()).RepoTags).toEqual([image.reference]);
      await image.remove();
      staged.push(one);
    }
    await write({ staged: () => staged, reports: () => staged.map(reportOn) });
    const published = await publishLine(wish, { registry, report, aborted });
    const index = published.variants['default']?.digest;
    expect(await raw.digest('9.0')).toBe(index);
    for (const platform of Object.values(kinds)) {
      const stream = await engine.pull(`${repository}:9.0`, { platform });
      await new Promise((resolve) => engine.modem.followProgress(stream, resolve));
      const pulled = await engine.getImage(`${repository}:9.0`).inspect();
      expect(pulled.RepoDigests).toEqual([`${repository}@${index}`]);
      expect(`linux/${pulled.Architecture}`).toBe(platform);
      await engine.getImage(`${repository}:9.0`).remove();
    }
  });
});
