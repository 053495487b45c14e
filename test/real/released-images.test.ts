import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../scripts/lib/workspace.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { type RawRepository, rawRepository } from '../support/registry-seed.ts';
import { heldFiles } from '../unit/supply/fake-registry.ts';
import { builtModule, inputsWith } from '../unit/supply/sbom-fixture.ts';

const imageType = 'application/vnd.oci.image.manifest.v1+json';

let registry: TestRegistry;
let repository: RawRepository;
let folder: string;
beforeAll(async () => {
  registry = await startRegistry();
  repository = rawRepository(registry.host, 'a/b');
});
afterAll(() => registry.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'released-'));
  await symlink(join(paths.root, 'modules'), join(folder, 'modules'));
  return () => rm(folder, { recursive: true });
});

const run = (verb: 'release-notes' | 'scan', ...args: readonly string[]) =>
  execa(process.execPath, [join(paths.root, 'scripts', `${verb}.ts`), ...args], {
    cwd: folder,
    env: { GRYPE: join(folder, 'grype'), VALKEY_BUNDLE_REPOSITORY: `${registry.host}/a/b` },
    reject: false,
  });

/** An image of line 9.0 with the module search in a version, under the tag; its digest. */
async function putImage(tag: string, version: string): Promise<string> {
  const files = Object.entries(heldFiles(inputsWith([builtModule('search', { version, tag: version })])));
  const placed = Object.fromEntries(files.map(([name, text]) => [`/usr/local/share/valkey-bundle/${name}`, text]));
  const { digest } = await repository.putImage('amd64', {}, placed);
  await repository.put(tag, imageType, (await repository.bytes(digest))?.toString('utf8') ?? '');
  return digest;
}

/** A release.json below dist/release/9.0, as publish leaves it. */
async function leave(path: string, content: object): Promise<void> {
  const file = join(folder, 'dist', 'release', '9.0', path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, JSON.stringify({ line: '9.0', repository: `${registry.host}/a/b`, ...content }));
}

describe('npm run release-notes', () => {
  it('compares the published image with that of the release before, by what stands in them', async () => {
    await putImage('9.0.4-20261101', '1.0.2');
    const digest = await putImage('9.0.4-20261122', '1.0.3');
    await leave('release.json', { variants: { default: { digest, images: {}, tags: ['9.0'] } } });
    const { exitCode, stdout } = await run('release-notes', '--line', '9.0', '--from', 'v9.0.4-20261101');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('**1.0.2 → 1.0.3**') });
    expect(stdout).toContain(`- \`${registry.host}/a/b@${digest}\`: \`9.0\``);
    expect(await readFile(join(folder, 'dist', 'release', '9.0', 'notes.md'), 'utf8')).toContain('## What is in it');
  });

  it('says that the image of the release before is gone', async () => {
    const digest = await putImage('9.0.4-20261122', '1.0.3');
    await leave('release.json', { variants: { default: { digest, images: {}, tags: ['9.0'] } } });
    const { stdout } = await run('release-notes', '--line', '9.0', '--from', 'v9.0.1-20200101');
    expect(stdout).toContain('is not known');
  });

  it('of a line that was not published is VP520', async () => {
    expect((await run('release-notes', '--line', '9.0')).stderr).toMatch(/^VP520 /);
  });
});

describe('npm run scan', () => {
  /** A program in grype's place that writes its first argument down. */
  beforeEach(async () => {
    await writeFile(join(folder, 'grype'), `#!/bin/sh\necho "$1" >>${folder}/calls\n`);
    await chmod(join(folder, 'grype'), 0o755);
  });
  const calls = async (): Promise<string[]> => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  const [one, other] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
  const line = ['--line', '9.0', '--platform', 'linux/arm64'];

  it('looks at the digest of every variant that was staged for the platform', async () => {
    await leave('arm64/release.json', { platform: 'linux/arm64', variants: { default: one, coordinator: other } });
    expect((await run('scan', ...line)).exitCode).toBe(0);
    expect(await calls()).toEqual([one, other].map((digest) => `registry:${registry.host}/a/b@${digest}`));
  });

  it('of what is published looks at the digest that the first tag of the line leads to', async () => {
    const digest = await putImage('9.0', '1.0.3');
    expect((await run('scan', ...line, '--published')).exitCode).toBe(0);
    expect(await calls()).toEqual([`registry:${registry.host}/a/b@${digest}`]);
  });

  it('looks at any other image by the name that it is given', async () => {
    expect((await run('scan', 'valkey-bundle:local')).exitCode).toBe(0);
    expect(await calls()).toEqual(['valkey-bundle:local']);
  });

  it.each<[what: string, args: readonly string[], code: string]>([
    ['a line for which nothing is staged', line, 'VP520'],
    ['nothing', [], 'VP901'],
    ['an image and a line', ['valkey-bundle:local', ...line], 'VP901'],
  ])('refuses %s: %s is %s', async (_, args, code) => {
    expect((await run('scan', ...args)).stderr).toMatch(new RegExp(`^${code} `));
  });
});
