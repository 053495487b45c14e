import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { buildRecord, imageFiles, labels } from '../../scripts/image/labels.ts';
import { type BuildWorkspace, makeBuildWorkspace } from '../support/build-workspace.ts';
import { engine } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { fixtureModules as modules } from '../support/fixture-modules.ts';
import { longTestMs } from '../support/patience.ts';

/* Images of a line that exists only in a temporary folder, of modules that are built from source: our small ones and RediSearch. */

// Compilers take their time where other tests have the processors.
vi.setConfig({ testTimeout: 2 * longTestMs });

const sbomComponents = z.looseObject({
  components: z.array(
    z.looseObject({
      name: z.string(),
      properties: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional(),
    }),
  ),
});

const containers = useContainers();
let workspace: BuildWorkspace;

beforeAll(async () => {
  workspace = await makeBuildWorkspace(modules);
  await workspace.submodule('ink', 'third_party/ink', 'marker');
});
afterAll(async () => {
  await workspace.remove();
  for (const tag of ['own', 'own-quiet']) {
    const image = engine.getImage(`valkey-bundle-line:${tag}`);
    // It is not there where a test before failed.
    await image.remove({ force: true }).catch(() => undefined);
  }
});

/** What an image holds in a file. */
async function textIn(image: string, path: string): Promise<string> {
  const { stdout } = await containers.run({ image, entrypoint: ['cat'], command: [path] });
  return stdout;
}

/** Gives the module dice another number: its file gets other bytes and keeps its size. */
const rewriteDice = (sides: number) => workspace.rewrite('dice', 'SIDES=20', `SIDES=${sides}`);
const assemble = async () => {
  const { exitCode, stdout, stderr } = await workspace.run('image', '--line', 'own');
  expect(stderr).not.toMatch(/^VP/m);
  expect(exitCode).toBe(0);
  return stdout.split('\n').map((line) => line.split(' '));
};

describe('npm run image -- --line', () => {
  it('builds what is not built yet, RediSearch from Debian’s source package too, and assembles an image a variant', async () => {
    const images = await assemble();
    expect(images.map(([tag]) => tag)).toEqual(['valkey-bundle-line:own', 'valkey-bundle-line:own-quiet']);
    const record: unknown = JSON.parse(await readFile(join(workspace.artifacts, 'redisearch/build.json'), 'utf8'));
    expect(record).toMatchObject({ origin: 'Debian source package redisearch', commit: null });
    const [one, other] = await Promise.all(images.map(([, id = '']) => engine.getImage(id).inspect()));
    // They share everything but the last layer.
    expect(other?.RootFS.Layers?.slice(0, -1)).toEqual(one?.RootFS.Layers?.slice(0, -1));
    expect(other?.RootFS.Layers?.at(-1)).not.toBe(one?.RootFS.Layers?.at(-1));
    expect(other?.Config.Labels).toMatchObject({
      [labels.line]: 'own',
      [labels.variant]: 'quiet',
      [labels.lock]: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
  });

  it('holds what it is made of: the list of components, and the record of each build', async () => {
    const image = 'valkey-bundle-line:own-quiet';
    const sbom = await readFile(join(workspace.artifacts, 'sbom.cdx.json'), 'utf8');
    expect(await textIn(image, imageFiles.sbom)).toBe(sbom);
    const record: unknown = JSON.parse(await textIn(image, `${imageFiles.build}/greeter.json`));
    expect(buildRecord.parse(record)).toMatchObject({ module: 'greeter', file: 'libgreeter.so' });
    expect(await textIn(image, `${imageFiles.build}/greeter.Cargo.lock`)).toContain('name = "greeter"');
    expect(await textIn(image, '/usr/share/doc/valkey-bundle/dice/LICENSE')).toContain('BSD-3-Clause');
  });

  it('holds the licence of what is linked into its modules, and names each in the list of components', async () => {
    const { components } = sbomComponents.parse(JSON.parse(await textIn('valkey-bundle-line:own', imageFiles.sbom)));
    const textsOf = (name: string) =>
      components
        .find((component) => component.name === name)
        ?.properties?.flatMap(({ name, value }) => (name === 'valkey-bundle:licence-texts' ? [value] : []));
    const parts = {
      hashing: 'tally/dependencies/hashing/LICENSE',
      marks: 'marker/tree/third_party/marks/LICENSE',
      ink: 'marker/tree/third_party/ink/LICENSE',
      miniz: 'redisearch/tree/src/dep/miniz/copyright',
    };
    for (const [name, file] of Object.entries(parts)) {
      const path = `/usr/share/doc/valkey-bundle/${file}`;
      expect([name, textsOf(name)]).toEqual([name, [path]]);
      expect(await textIn('valkey-bundle-line:own', path)).toMatch(/BSD-3-Clause/i);
    }
  });

  it('of the same inputs gives the same images, without a step that is executed', async () => {
    const before = await assemble();
    expect(await assemble()).toEqual(before);
    expect(await workspace.log('image')).toContain(' CACHED\n');
    expect(await workspace.executed('build')).toEqual([]);
    expect(await workspace.executed('image')).toEqual([]);
  });

  it('after a change of one module, assembles from the modules on: the server’s layer stays', async () => {
    await workspace.commit('dice', { README: 'changed\n' });
    await rewriteDice(randomInt(200_000, 1_000_000));
    await assemble();
    const [first, ...others] = await workspace.executed('image');
    expect(first).toContain('modules/ /usr/lib/valkey/');
    expect(others.join('\n')).not.toContain('layout.sh');
  });

  it('takes a module of which only the bytes have changed, not the size, nor the time of its source', async () => {
    await rewriteDice(123_456);
    await assemble();
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

  it('takes the commit that the lock names, whatever was built before', async () => {
    await workspace.commit('dice', { README: 'changed again\n' });
    await assemble();
    const record: unknown = JSON.parse(await textIn('valkey-bundle-line:own', `${imageFiles.build}/dice.json`));
    const lock = JSON.stringify(JSON.parse(await readFile(join(workspace.dist, '../modules/lock.json'), 'utf8')));
    expect(lock).toContain(buildRecord.parse(record).commit);
  });
});
