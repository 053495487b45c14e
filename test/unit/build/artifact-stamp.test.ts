import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseStampFile, isCurrent, stampFile, stampsOf } from '../../../scripts/build/artifact-stamp.ts';
import { findSources } from '../../../scripts/build/find-sources.ts';
import type { BuildPlan } from '../../../scripts/graph/build-plan.ts';
import { buildGraph } from '../../../scripts/graph/graph.ts';
import { readArtifacts } from '../../../scripts/image-line/read-artifacts.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { sourcePath } from '../../../scripts/pipeline/workspace.ts';
import { planned } from '../../support/planned-module.ts';

const text = 'the module';
const record = {
  module: 'x',
  version: '1.0.0',
  origin: 'https://example.invalid/x',
  tag: '1.0.0',
  commit: 'a'.repeat(40),
  licence: 'MIT',
  builder: 'make',
  builderImage: 'base@sha256:1',
  command: ['make'],
  environment: {},
  toolchain: {},
  dependencies: [],
  file: 'x.so',
  sha256: createHash('sha256').update(text).digest('hex'),
  size: text.length,
};

describe('an artifact that is there', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'artifact-'));
    await writeFile(join(folder, 'x.so'), text);
    await writeFile(join(folder, 'build.json'), JSON.stringify(record));
    await writeFile(join(folder, stampFile), 'stamp');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is current if it was made of the same inputs', async () => {
    expect(await isCurrent(folder, 'stamp')).toBe(true);
    expect(await isCurrent(folder, 'another')).toBe(false);
  });

  it.each<[string, (folder: string) => Promise<void>]>([
    ['its file is gone', (at) => rm(join(at, 'x.so'))],
    ['its file was changed', (at) => writeFile(join(at, 'x.so'), 'another module')],
    ['its record is gone', (at) => rm(join(at, 'build.json'))],
    ['its record is damaged', (at) => writeFile(join(at, 'build.json'), '{')],
    ['its stamp is gone', (at) => rm(join(at, stampFile))],
  ])('is built again where %s', async (_, damage) => {
    await damage(folder);
    expect(await isCurrent(folder, 'stamp')).toBe(false);
  });
});

describe('what an image is assembled of', () => {
  let dist: string;
  const workspace = () => ({ modules: join(dist, 'modules'), dist });
  const folder = () => join(dist, 'artifacts/l/amd64');
  const environment = { SOURCE_DATE_EPOCH: '7', LTO: 'on' };
  const made = { ...record, command: ['make', 'all'], environment };
  const build = { args: ['all'], environment: { LTO: 'on' } };
  beforeEach(async () => {
    dist = await mkdtemp(join(tmpdir(), 'image-'));
    await mkdir(join(folder(), 'x'), { recursive: true });
    await writeFile(join(folder(), 'x/x.so'), text);
    await write({});
    const base = { reference: 'base', digest: null, valkey: '9', glibc: '2.41', packages: [], libraries: [] };
    await writeFile(join(folder(), 'base.json'), JSON.stringify(base));
    const { modules, base: ofBase } = await stamps();
    await writeFile(join(folder(), 'x', stampFile), modules.get('x') ?? '');
    await writeFile(join(folder(), baseStampFile), ofBase);
  });
  afterEach(() => rm(dist, { recursive: true }));

  const planOf = (over: object): BuildPlan => {
    const about = { line: 'l', valkey: '9', packaged: [] };
    return {
      ...about,
      base: { kind: 'image', reference: 'base', digest: null },
      modules: [planned('x', { ...build, ...over })],
    };
  };
  const baseNamed = (name: string) => ({ from: name, name });
  /** As the build has it. */
  const stamps = async (on = 'base@sha256:1') => {
    const [plan, base] = [planOf({}), baseNamed(on)];
    const at = sourcePath(workspace(), 'x', 'a'.repeat(40));
    const about = { module: 'x', kind: 'git', origin: 'o', ref: '1.0.0', id: 'a'.repeat(40), epoch: 7 } as const;
    const sources = await findSources(workspace(), plan.modules, { x: { folder: at, record: about } });
    const imageDockerfile = await readFile(join(paths.docker, 'image.Dockerfile'), 'utf8');
    const graph = buildGraph({ plan, platforms: ['linux/amd64'], base, sources, imageDockerfile, images: [] });
    return stampsOf(plan, graph, base.name);
  };
  const write = (over: object) => writeFile(join(folder(), 'x/build.json'), JSON.stringify({ ...made, ...over }));
  const read = (base = 'base@sha256:1', over: object = {}) =>
    readArtifacts(workspace(), planOf(over), 'linux/amd64', baseNamed(base));

  it('is what was built of the plan’s sources, on the base', async () => {
    expect((await read()).built).toEqual([made]);
  });

  it.each([
    ['another commit', { commit: 'b'.repeat(40) }],
    ['another tag', { tag: '1.0.1' }],
    ['another file', { file: 'y.so' }],
    ['other bytes', { sha256: '0'.repeat(64) }],
  ])('is not taken if it is of %s', async (_, over) => {
    await write(over);
    await expect(read()).rejects.toMatchObject({ code: 'VP308' });
  });

  it.each([
    ['arguments', { args: ['some'] }, 'was built by make all, the manifest says make some'],
    ['value in its environment', { environment: { LTO: 'off' } }, 'was built with LTO=on, the manifest says LTO=off'],
    ['lost variable', { environment: {} }, 'was built with LTO=on, the manifest says no LTO'],
    ['more variables', { environment: { LTO: 'on', O: '3' } }, 'was built with no O, the manifest says O=3'],
    ['packages', { packages: ['libssl-dev'] }, 'other packages'],
    ['licence files', { licenceFiles: ['COPYING'] }, 'licences'],
    ['needed libraries', { addNeeded: ['libm.so.6'] }, 'libraries'],
  ])('is not taken if the manifest says other %s now', async (_, over, what) => {
    const error = { code: 'VP308', message: expect.stringContaining(what) };
    await expect(read('base@sha256:1', over)).rejects.toMatchObject(error);
  });

  it('is not taken if the project keeps a Cargo.lock for it now', async () => {
    await mkdir(join(dist, 'modules/x'), { recursive: true });
    await writeFile(join(dist, 'modules/x/Cargo-1.0.0.lock'), 'version = 4\n');
    const error = { code: 'VP308', message: expect.stringContaining('another Cargo.lock') };
    await expect(read()).rejects.toMatchObject(error);
  });

  it('is not taken if it was built on another base', async () => {
    await expect(read('base@sha256:2')).rejects.toMatchObject({ code: 'VP308' });
  });

  it('is not taken if the base was read in another one: a build that failed later had the line’s next base', async () => {
    await writeFile(join(folder(), baseStampFile), (await stamps('base@sha256:2')).base);
    const error = { code: 'VP308', message: expect.stringContaining('base.json was not read in base@sha256:1') };
    await expect(read()).rejects.toMatchObject(error);
  });

  it.each(['x/build.json', 'x/x.so', `x/${stampFile}`, 'base.json', baseStampFile])(
    'is not there without %s',
    async (path) => {
      await rm(join(folder(), path));
      await expect(read()).rejects.toMatchObject({ code: 'VP308' });
    },
  );
});
