import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCurrent, stampFile } from '../../../scripts/build/artifact-stamp.ts';
import { readArtifacts } from '../../../scripts/image-line/read-artifacts.ts';
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
  const workspace = () => ({ modules: '', dist });
  const folder = () => join(dist, 'artifacts/l/amd64');
  beforeEach(async () => {
    dist = await mkdtemp(join(tmpdir(), 'image-'));
    await mkdir(join(folder(), 'x'), { recursive: true });
    await writeFile(join(folder(), 'x/x.so'), text);
    await write({});
    const base = { reference: 'base', digest: null, valkey: '9', glibc: '2.41', packages: [], libraries: [] };
    await writeFile(join(folder(), 'base.json'), JSON.stringify(base));
  });
  afterEach(() => rm(dist, { recursive: true }));

  const write = (over: object) => writeFile(join(folder(), 'x/build.json'), JSON.stringify({ ...record, ...over }));
  const read = (base = 'base@sha256:1') => {
    const plan = {
      line: 'l',
      valkey: '9',
      base: { kind: 'image', reference: 'base', digest: null },
      packaged: [],
    } as const;
    return readArtifacts(workspace(), { ...plan, modules: [planned('x')] }, 'linux/amd64', base);
  };

  it('is what was built of the plan’s sources, on the base', async () => {
    expect((await read()).built).toEqual([record]);
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

  it('is not taken if it was built on another base', async () => {
    await expect(read('base@sha256:2')).rejects.toMatchObject({ code: 'VP308' });
  });

  it.each(['x/build.json', 'x/x.so', 'base.json'])('is not there without %s', async (path) => {
    await rm(join(folder(), path));
    await expect(read()).rejects.toMatchObject({ code: 'VP308' });
  });
});
