import { createHash, randomInt } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildRecord, imageRecord } from '../../scripts/pipeline/records.ts';
import { layout } from '../../scripts/verify/subject.ts';
import { type BuildWorkspace, makeBuildWorkspace } from '../support/build-workspace.ts';
import { engine } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { fixtureModules as modules } from '../support/fixture-modules.ts';
import { longTestMs } from '../support/patience.ts';

/* Images of a line that exists only in a temporary folder, of modules that are built from source: our small ones and RediSearch. */

// Compilers take their time where other tests have the processors.
vi.setConfig({ testTimeout: 2 * longTestMs });

const containers = useContainers();
let workspace: BuildWorkspace;

beforeAll(async () => {
  workspace = await makeBuildWorkspace(modules);
});
afterAll(async () => {
  await workspace.remove();
  for (const tag of ['own', 'own-quiet']) {
    const image = engine.getImage(`valkey-bundle-line:${tag}`);
    // It is not there where a test before failed.
    await image.remove({ force: true }).catch(() => undefined);
  }
});

/** The list of components that an image holds. */
async function sbomOf(image = ''): Promise<string> {
  const { stdout } = await containers.run({ image, entrypoint: ['cat'], command: [layout.sbom] });
  return stdout;
}

/** Gives the module dice another number: its file gets other bytes and keeps its size. */
const describeDice = (sides: number) =>
  workspace.describe('dice', {
    ...modules.dice,
    build: { ...modules.dice.build, environment: { SIDES: String(sides) } },
  });
const build = (...args: string[]) => workspace.run('build', ...args, '--line', 'own');

describe('npm run image -- --line', () => {
  it('refuses while a module of the line is not built', async () => {
    const { exitCode, stderr } = await workspace.run('image', '--line', 'own');
    expect(exitCode).toBe(65);
    expect(stderr).toContain('VP308');
  });

  it('RediSearch, from Debian’s source package, is built by the same builder', async () => {
    const { exitCode, stderr } = await build();
    expect(stderr).not.toContain('VP');
    expect(exitCode).toBe(0);
    const record: unknown = JSON.parse(await readFile(join(workspace.artifacts, 'redisearch/build.json'), 'utf8'));
    expect(record).toMatchObject({ origin: 'Debian source package redisearch', commit: null });
  });

  it('assembles an image a variant; they share everything but the last layer', async () => {
    const { exitCode, stdout, stderr } = await workspace.run('image', '--line', 'own');
    expect(stderr).not.toContain('VP');
    expect(exitCode).toBe(0);
    const record = imageRecord.parse(JSON.parse(await readFile(join(workspace.artifacts, 'images.json'), 'utf8')));
    expect(Object.keys(record.variants)).toEqual(['default', 'quiet']);
    expect(stdout.split('\n').sort()).toEqual(
      Object.values(record.variants)
        .map(({ reference, id }) => `${reference} ${id}`)
        .sort(),
    );
    const [one, other] = await Promise.all(
      Object.values(record.variants).map(({ id }) => engine.getImage(id).inspect()),
    );
    expect(other?.RootFS.Layers?.slice(0, -1)).toEqual(one?.RootFS.Layers?.slice(0, -1));
    expect(other?.RootFS.Layers?.at(-1)).not.toBe(one?.RootFS.Layers?.at(-1));
    const prefix = 'io.github.kailas-cloud.valkey-bundle.';
    expect(other?.Config.Labels).toMatchObject({
      [`${prefix}line`]: 'own',
      [`${prefix}variant`]: 'quiet',
      [`${prefix}inputs`]: record.inputs,
      [`${prefix}sbom`]: createHash('sha256')
        .update(await sbomOf(record.variants['quiet']?.id))
        .digest('hex'),
    });
    expect(one?.Config.Labels?.[`${prefix}inputs`]).toBe(record.inputs);
  });

  it('of the same inputs gives the same images, without a step that is executed', async () => {
    const before = await readFile(join(workspace.artifacts, 'images.json'), 'utf8');
    expect((await workspace.run('image', '--line', 'own')).exitCode).toBe(0);
    expect(await workspace.log('image')).toContain(' CACHED\n');
    expect(await workspace.executed('image')).toEqual([]);
    expect(await readFile(join(workspace.artifacts, 'images.json'), 'utf8')).toBe(before);
  });

  it('after a change of one module, assembles from the modules on: the server’s layer stays', async () => {
    await workspace.commit('dice', { README: 'changed\n' });
    await describeDice(randomInt(200_000, 1_000_000));
    expect((await build('dice')).exitCode).toBe(0);
    expect((await workspace.run('image', '--line', 'own')).exitCode).toBe(0);
    const [first, ...others] = await workspace.executed('image');
    expect(first).toContain('modules/ /usr/lib/valkey/');
    expect(others.join('\n')).not.toContain('layout.sh');
  });

  it('takes a module of which only the bytes have changed, not the size, nor the time of its source', async () => {
    await describeDice(123_456);
    expect((await build('dice')).exitCode).toBe(0);
    expect((await workspace.run('image', '--line', 'own')).exitCode).toBe(0);
    const { sha256 } = buildRecord.parse(
      JSON.parse(await readFile(join(workspace.artifacts, 'dice/build.json'), 'utf8')),
    );
    for (const image of ['valkey-bundle-line:own', 'valkey-bundle-line:own-quiet']) {
      const { stdout } = await containers.run({
        image,
        entrypoint: ['sha256sum'],
        command: ['/usr/lib/valkey/dice.so'],
      });
      expect(stdout).toBe(`${sha256}  /usr/lib/valkey/dice.so\n`);
    }
  });

  it('every module loads in a real server and works', async () => {
    const server = await containers.serve({ image: 'valkey-bundle-line:own-quiet' });
    expect(Object.keys(await server.modules()).sort()).toEqual(['dice', 'ft', 'greeter', 'knot', 'marker', 'tally']);
    expect(await server.call('GREET')).toBe(42);
    expect(await server.call('DICE')).toBe(123_456);
    expect(await server.call('MARK')).toBe(7);
    await server.call('TALLY', 'word');
    expect(await server.call('TALLY', 'word')).toBe(2);
    // An exception crosses libraries: the C++ runtime of the base is the one that it was built against.
    expect(await server.call('TALLY', '')).toBe(-1);
    expect(await server.call('FT.CREATE', 'books', 'SCHEMA', 'title', 'TEXT')).toBe('OK');
    expect(await server.call('FT.ADD', 'books', 'book:1', '1.0', 'FIELDS', 'title', 'hello world')).toBe('OK');
    expect(await server.call('FT.SEARCH', 'books', 'hello')).toEqual([1, 'book:1', ['title', 'hello world']]);
    expect(await server.config('loglevel')).toEqual({ loglevel: 'warning' });
  });

  it('after a failure leaves no record of the images before', async () => {
    await rm(join(workspace.artifacts, 'dice/licences'), { recursive: true });
    expect((await workspace.run('image', '--line', 'own')).exitCode).not.toBe(0);
    expect(await readdir(workspace.artifacts)).not.toContain('images.json');
  });

  it('an artifact of another commit than the lock’s is not taken', async () => {
    await workspace.commit('dice', { README: 'changed again\n' });
    const { exitCode, stderr } = await workspace.run('image', '--line', 'own');
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/VP308 .*the module dice was built from [0-9a-f]{40}, the lock says [0-9a-f]{40}/);
  });
});
