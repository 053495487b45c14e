import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PipelineError } from '../../scripts/lib/pipeline-error.ts';
import { openRegistry, type Registry } from '../../scripts/lib/registry/registry.ts';
import { releasePath } from '../../scripts/lib/workspace.ts';
import { type LineToPublish, publishLine } from '../../scripts/publish/publish-line.ts';
import { stageImage } from '../../scripts/publish/stage.ts';
import { engine } from '../support/docker-engine.ts';
import { patienceMs } from '../support/patience.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { type TinyImage, useTinyImages } from '../support/registry-image.ts';
import { testTags, useReleases } from '../support/registry-release.ts';
import { type RawRepository, rawRepository } from '../support/registry-seed.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const steps = ['index of default', 'index of coordinator', ...testTags];
const seedRelease = useReleases();
const loadTinyImage = useTinyImages();
let running: TestRegistry;

beforeAll(async () => {
  running = await startRegistry();
});
afterAll(() => running.remove());

interface Run {
  readonly name: string;
  readonly aborted?: AbortSignal;
  readonly report?: (line: string) => void;
  readonly timeoutMs?: number;
}

function publish(wish: LineToPublish, { name, aborted = never, report = () => {}, timeoutMs = patienceMs }: Run) {
  const patience = { aborted, timeoutMs, retryAfterMs: [] };
  const registry = openRegistry({ registry: running.host, name }, null, patience);
  return publishLine(wish, { registry, report, aborted });
}

async function seed(name: string) {
  const raw = rawRepository(running.host, name);
  return { raw, ...(await seedRelease(`${running.host}/${name}`, raw)) };
}

/** Follows every tag down to the images: all of it has to be there. */
async function expectWhole(raw: RawRepository): Promise<string[]> {
  const tags = await raw.tags();
  for (const tag of tags) {
    const index = JSON.parse((await raw.bytes(tag))?.toString('utf8') ?? '');
    expect(index.manifests).toHaveLength(2);
    for (const { digest } of index.manifests) expect(await raw.digest(digest)).toBe(digest);
  }
  return tags;
}

describe('interrupted', () => {
  test.each(steps.map((step, number) => ({ step, number })))(
    'before the step $step, it has done the steps before it and no other, and the next run does the rest',
    async ({ number }) => {
      const name = `step-${number}`;
      const { raw, wish } = await seed(name);
      const stop = new AbortController();
      let reported = 0;
      const report = (): void => {
        if (reported === number) stop.abort(new Error('Ctrl-C'));
        reported += 1;
      };
      await expect(publish(wish, { name, aborted: stop.signal, report })).rejects.toThrow('Ctrl-C');
      expect(await expectWhole(raw)).toEqual(testTags.slice(0, Math.max(0, number - 2)).sort());

      await running.requests(name);
      const { variants } = await publish(wish, { name });
      const written = (await running.requests(name)).filter((request) => request.startsWith('PUT'));
      expect(written).toHaveLength(steps.length - number);
      expect(await expectWhole(raw)).toEqual(testTags.toSorted());
      expect(await raw.digest('latest')).toBe(variants['default']?.digest);
    },
  );

  test('after the last tag is set and before that is seen, it leaves no record, and the next run writes it with reads alone', async () => {
    const { raw, wish } = await seed('last-answer');
    const record = join(releasePath(wish.workspace, '9.0'), 'release.json');
    await writeFile(record, JSON.stringify({ line: '9.0', repository: 'a/b', variants: {} }));
    const opened = openRegistry({ registry: running.host, name: 'last-answer' }, null, { aborted: never });
    let isSet = false;
    const registry: Registry = {
      ...opened,
      async putManifest(reference, manifest) {
        await opened.putManifest(reference, manifest);
        isSet = reference === testTags.at(-1);
      },
      async manifest(reference) {
        if (isSet) throw new PipelineError('VP503', 'the connection was reset');
        return opened.manifest(reference);
      },
    };
    const publishing = publishLine(wish, { registry, report: () => {}, aborted: never });
    await expect(publishing).rejects.toMatchObject({ code: 'VP503' });
    expect(await expectWhole(raw)).toEqual(testTags.toSorted());
    await expect(readFile(record)).rejects.toMatchObject({ code: 'ENOENT' });

    await running.requests('last-answer');
    const published = await publish(wish, { name: 'last-answer' });
    expect((await running.requests('last-answer')).filter((request) => !/^(GET|HEAD) /.test(request))).toEqual([]);
    expect(JSON.parse(await readFile(record, 'utf8'))).toEqual(published);
    expect(published.variants['default']?.digest).toBe(await raw.digest('latest'));
  });

  test('while the registry has a request and does not answer, it ends at once, and the next run does the rest', async () => {
    const { raw, wish } = await seed('hanging');
    const stop = new AbortController();
    let asked: Promise<void> | undefined;
    const report = (line: string): void => {
      if (asked !== undefined || !line.includes(' tag ')) return;
      running.freeze();
      asked = running.untilAsked().then(() => stop.abort(new Error('Ctrl-C')));
    };
    try {
      await expect(publish(wish, { name: 'hanging', aborted: stop.signal, report })).rejects.toThrow('Ctrl-C');
    } finally {
      await running.start();
    }
    // The registry may still be carrying out the request that it held.
    await until('what is there is whole', () => expectWhole(raw).catch(() => undefined));
    await publish(wish, { name: 'hanging' });
    expect(await expectWhole(raw)).toEqual(testTags.toSorted());
  });
});

describe('a registry that goes away in the middle', () => {
  test.each([
    ['before the first tag', 'tag', []],
    ['after the version tags', 'tag   9.0 ', ['9.0.4', '9.0.4-20261002']],
  ])('%s leaves nothing half-published, and the run after its return completes', async (when, mark, tags) => {
    const name = `killed-${when.replaceAll(' ', '-')}`;
    const { raw, wish } = await seed(name);
    let killed: Promise<void> | undefined;
    const report = (line: string): void => {
      if (line.includes(mark)) killed ??= running.kill();
    };
    await expect(publish(wish, { name, report })).rejects.toMatchObject({ code: 'VP503', exitCode: 69 });
    await killed;
    await running.start();
    expect(await expectWhole(raw)).toEqual(tags);
    const { variants } = await publish(wish, { name });
    expect(await expectWhole(raw)).toEqual(testTags.toSorted());
    expect(await raw.digest('9.0.4')).toBe(variants['default']?.digest);
  });

  test('or stops answering is given up within the time that one answer may take', async () => {
    const { raw, wish } = await seed('frozen');
    const report = (line: string): void => {
      if (line.includes('tag')) running.freeze();
    };
    try {
      await expect(publish(wish, { name: 'frozen', report, timeoutMs: 1_500 })).rejects.toMatchObject({
        code: 'VP503',
      });
    } finally {
      await running.start();
    }
    await publish(wish, { name: 'frozen' });
    expect(await expectWhole(raw)).toEqual(testTags.toSorted());
  });
});

describe('an image on its way into the registry', () => {
  const kind = { line: '9.0', variant: 'default', platform: 'linux/amd64' } as const;
  let image: TinyImage;
  let id: string;

  beforeAll(async () => {
    image = await loadTinyImage('amd64');
    id = image.id;
  });

  function stage(
    name: string,
    { aborted = never, report = () => {} }: Omit<Run, 'name'> = {},
    see = (same: Registry) => same,
  ) {
    const registry = openRegistry({ registry: running.host, name }, null, { aborted, retryAfterMs: [] });
    return stageImage({ ...kind, id }, { docker: engine, registry: see(registry), credentials: null, report, aborted });
  }

  test('is left at once at Ctrl-C, also while the registry keeps the engine waiting, and the next run brings it there', async () => {
    const stop = new AbortController();
    const report = (): void => {
      running.freeze();
      void running.untilAsked().then(() => stop.abort(new Error('Ctrl-C')));
    };
    try {
      await expect(stage('push-aborted', { aborted: stop.signal, report })).rejects.toThrow('Ctrl-C');
    } finally {
      await running.start();
    }
    expect((await engine.getImage(id).inspect()).RepoTags).toEqual([image.reference]);
    const { digest } = await stage('push-aborted');
    expect(await rawRepository(running.host, 'push-aborted').digest(digest)).toBe(digest);
  });

  test('gets VP503 where the registry goes away, and the run after its return brings it there', async () => {
    let killed: Promise<unknown> | undefined;
    const report = (): void => {
      killed ??= running.kill();
    };
    await expect(stage('push-killed', { report })).rejects.toMatchObject({ code: 'VP503' });
    await killed;
    await running.start();
    const { digest } = await stage('push-killed');
    expect(await rawRepository(running.host, 'push-killed').digest(digest)).toBe(digest);
  });

  test('gets VP523 where the registry then gives something else than the engine says it pushed', async () => {
    const other = await rawRepository(running.host, 'push-swapped').putImage('amd64');
    const swapped = (registry: Registry): Registry => ({
      ...registry,
      manifest: (reference) => registry.manifest(reference.startsWith('sha256:') ? reference : other.digest),
    });
    await expect(stage('push-swapped', {}, swapped)).rejects.toMatchObject({ code: 'VP523' });
  });
});
