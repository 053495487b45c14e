import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { inputsLabel } from '../../scripts/image-line/image-labels.ts';
import { inputsHash } from '../../scripts/image-line/inputs-hash.ts';
import { lockOfLine } from '../../scripts/lines/locked-line.ts';
import { architectureOf, platforms } from '../../scripts/pipeline/platform.ts';
import type { BaseImageRecord, ImageRecord } from '../../scripts/pipeline/records.ts';
import { artifactsPath, lockPath, releasePath, type Workspace } from '../../scripts/pipeline/workspace.ts';
import { readStaged } from '../../scripts/publish/release-files.ts';
import { basicAuth, startRegistry, type TestRegistry } from '../support/registry.ts';
import { useTinyImages } from '../support/registry-image.ts';
import { reportOn, testLine } from '../support/registry-release.ts';
import { rawRepository } from '../support/registry-seed.ts';

const script = join(import.meta.dirname, '../../scripts/publish.ts');
const user = { username: 'tester', password: 'correct horse: battery' };
let folder: string;
let workspace: Workspace;
const loadTinyImage = useTinyImages();
let running: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-verb-'));
  workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
  running = await startRegistry({ auth: await basicAuth(folder, user) });
  await mkdir(join(workspace.modules, 'releases'), { recursive: true });
  await writeFile(join(workspace.modules, 'releases', '9.0.yaml'), stringify(testLine));
  await writeLock('1');
  for (const platform of platforms) await writeImages(platform);
  await logIn('docker', user.password);
  await logIn('docker-wrong', 'wrong horse');
});
afterAll(async () => {
  await running.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What resolve would have written: the base at some digest. */
async function writeLock(digit: string): Promise<void> {
  const base = { kind: 'image', reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${digit.repeat(64)}` };
  await writeFile(lockPath(workspace), JSON.stringify({ version: 1, lines: { '9.0': { base, modules: {} } } }));
}

/** What build and image would have left behind. */
async function writeImages(platform: (typeof platforms)[number]): Promise<void> {
  const architecture = architectureOf(platform);
  const inputs = await inputsHash(workspace, '9.0');
  const lock = lockOfLine(workspace, testLine);
  const variants: ImageRecord['variants'] = {};
  for (const variant of Object.keys(testLine.variants)) {
    const labels = { 'org.opencontainers.image.version': '9.0.4', [inputsLabel]: inputs };
    const image = await loadTinyImage(architecture, labels);
    variants[variant] = { reference: image.reference, id: image.id };
  }
  const base = { reference: 'test', digest: null, valkey: '9.0.4', glibc: '2.41', packages: [], libraries: [] };
  const at = artifactsPath(workspace, '9.0', architecture);
  await mkdir(at, { recursive: true });
  const images: ImageRecord = { line: '9.0', platform, inputs, lock, variants };
  await writeFile(join(at, 'images.json'), JSON.stringify(images));
  await writeFile(join(at, 'base.json'), JSON.stringify(base satisfies Partial<BaseImageRecord>));
}

async function logIn(name: string, password: string): Promise<void> {
  const auth = Buffer.from(`${user.username}:${password}`).toString('base64');
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'config.json'), JSON.stringify({ auths: { [running.host]: { auth } } }));
}

function publish(args: readonly string[], { docker = 'docker' } = {}) {
  const where = ['--registry', running.host];
  const env = {
    DOCKER_CONFIG: join(folder, docker),
    VALKEY_BUNDLE_REPOSITORY: 'ghcr.io/kailas-cloud/from-environment',
  };
  return execa(process.execPath, [script, '--line', '9.0', ...where, ...args], { cwd: folder, env, reject: false });
}

const raw = () => rawRepository(running.host, 'kailas-cloud/from-environment', user);

describe('npm run publish', () => {
  test('with --stage and --dry-run pushes nothing, and names what it would push', async () => {
    const { exitCode, stdout } = await publish(['--stage', '--platform', 'linux/arm64', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^push sha256:.* to .*:staging-9\.0-default-arm64-[0-9a-f]{12}$/m);
    expect(await raw().tags()).toEqual([]);
  });

  test('stages the images of each machine into a file of its own, and takes them together', async () => {
    const machines = await Promise.all(platforms.map((platform) => publish(['--stage', '--platform', platform])));
    expect(machines.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    for (const architecture of ['amd64', 'arm64']) {
      const file = join(releasePath(workspace, '9.0'), `staged-${architecture}.json`);
      expect(JSON.parse(await readFile(file, 'utf8'))).toHaveLength(2);
    }
    expect(await readStaged(workspace, '9.0')).toHaveLength(4);
  });

  test('prints the plan with --dry-run, publishes without it, and then has nothing to do', async () => {
    const staged = await readStaged(workspace, '9.0');
    for (const [number, image] of staged.entries()) {
      await writeFile(join(releasePath(workspace, '9.0'), `report-${number}.json`), JSON.stringify(reportOn(image)));
    }
    const dry = await publish(['--date', '20261002', '--dry-run']);
    expect(dry.stdout).toMatch(/^create {2}tag {3}9\.0\.4-20261002 -> sha256:/m);
    expect((await raw().tags()).filter((tag) => !tag.startsWith('staging-'))).toEqual([]);

    const first = await publish(['--date', '20261002']);
    expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('create') });
    const digest = await raw().digest('9.0');
    expect(first.stdout).toContain(`${running.host}/kailas-cloud/from-environment:9.0 ${digest}`);
    expect(JSON.parse(await readFile(join(releasePath(workspace, '9.0'), 'published.json'), 'utf8'))).toMatchObject({
      variants: { default: { digest, tags: ['9.0.4', '9.0.4-20261002', '9.0', 'latest'] } },
    });

    const second = await publish(['--date', '20261002']);
    expect(second).toMatchObject({
      exitCode: 0,
      stdout: first.stdout,
      stderr: expect.stringContaining('nothing to do'),
    });
  });

  test('refuses what was assembled or staged from another lock', async () => {
    await writeLock('2');
    const staging = await publish(['--stage', '--platform', 'linux/arm64']);
    expect(staging).toMatchObject({ exitCode: 65, stderr: expect.stringMatching(/VP524 .*the lock was/) });
    expect(await publish([])).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('VP522') });
    await writeLock('1');
  });

  test('ends with 77 and the advice to log in where the password is wrong, which it does not show', async () => {
    const { exitCode, stderr, stdout } = await publish([], { docker: 'docker-wrong' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 77,
      stderr: expect.stringContaining(`docker login ${running.host}`),
    });
    expect(`${stderr}${stdout}`).not.toContain('wrong horse');
  });

  test('ends with 130 and VP905 at Ctrl-C, also while the registry keeps it waiting', async () => {
    running.freeze();
    try {
      const child = publish([]);
      await running.untilAsked();
      child.kill('SIGINT');
      expect(await child).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('VP905') });
    } finally {
      await running.start();
    }
  });
});
