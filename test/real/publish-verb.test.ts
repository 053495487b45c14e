import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { lockOfLine } from '../../scripts/data/wanted.ts';
import { imageTag, labels as names, revision } from '../../scripts/image/labels.ts';
import { architectureOf, type Platform, platforms } from '../../scripts/lib/platform.ts';
import { lockPath, releasePath, type Workspace } from '../../scripts/lib/workspace.ts';
import { stagedImages } from '../../scripts/publish/release-file.ts';
import { engine } from '../support/docker-engine.ts';
import { basicAuth, startRegistry, type TestRegistry } from '../support/registry.ts';
import { useTinyImages } from '../support/registry-image.ts';
import { reportOn, testLabels, testLine } from '../support/registry-release.ts';
import { rawRepository } from '../support/registry-seed.ts';

const script = join(import.meta.dirname, '../../scripts/publish.ts');
const user = { username: 'tester', password: 'correct horse: battery' };
// Its name is part of the names that its images have in the engine.
const line = { ...testLine, line: `verb-${randomUUID().slice(0, 8)}` };
let folder: string;
let workspace: Workspace;
const loadTinyImage = useTinyImages();
let running: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-verb-'));
  workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
  running = await startRegistry({ auth: await basicAuth(folder, user) });
  await mkdir(join(workspace.modules, 'releases'), { recursive: true });
  await writeFile(join(workspace.modules, 'releases', `${line.line}.yaml`), stringify(line));
  await writeLock('1');
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
  await writeFile(lockPath(workspace), JSON.stringify({ version: 1, lines: { [line.line]: { base, modules: {} } } }));
}

/** What build and image would leave in the engine: an image a variant, under the name of the line. */
async function build(platform: Platform, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const variant of Object.keys(line.variants)) {
    const own = {
      [names.line]: line.line,
      [names.lock]: lockOfLine(workspace, line),
      ...(await revision()),
      ...labels,
    };
    const image = await loadTinyImage(architectureOf(platform), { ...testLabels(variant), ...own });
    const [repo = '', tag = ''] = imageTag(line.line, variant).split(':');
    await engine.getImage(image.id).tag({ repo, tag });
  }
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
  return execa(process.execPath, [script, '--line', line.line, ...where, ...args], { cwd: folder, env, reject: false });
}

const raw = () => rawRepository(running.host, 'kailas-cloud/from-environment', user);

describe('npm run publish', () => {
  test('with --stage ends with VP524 where nothing was built', async () => {
    const { exitCode, stderr } = await publish(['--stage', '--platform', 'linux/arm64']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(/VP524 .*no such image/) });
  });

  test('with --stage and --dry-run pushes nothing, and names what it would push', async () => {
    await build('linux/arm64');
    const { exitCode, stdout } = await publish(['--stage', '--platform', 'linux/arm64', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^push sha256:.* to .*:staging-verb-\w+-default-arm64-[0-9a-f]{12}$/m);
    expect(await raw().tags()).toEqual([]);
  });

  test.each([
    ['line', { [names.line]: '9.1' }],
    ['variant', { [names.variant]: 'other' }],
    ['lock', { [names.lock]: 'b'.repeat(64) }],
    ['revision', { [names.revision]: 'b'.repeat(40) }],
  ])('with --stage refuses images that say that they are of another %s', async (what, labels) => {
    await build('linux/arm64', labels);
    const { exitCode, stderr } = await publish(['--stage', '--platform', 'linux/arm64']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(`VP524 .*its ${what} is`) });
    expect(await raw().tags()).toEqual([]);
  });

  test('with --stage refuses images for another platform', async () => {
    await build('linux/amd64');
    const { exitCode, stderr } = await publish(['--stage', '--platform', 'linux/arm64']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(/VP524 .*linux\/amd64/) });
  });

  test('stages the images of each platform, and writes their digests into a file of its own', async () => {
    for (const platform of platforms) {
      await build(platform);
      const { exitCode, stdout } = await publish(['--stage', '--platform', platform]);
      expect(exitCode).toBe(0);
      const file = join(releasePath(workspace, line.line), architectureOf(platform), 'release.json');
      const { variants, ...about } = JSON.parse(await readFile(file, 'utf8'));
      const repository = `${running.host}/kailas-cloud/from-environment`;
      expect(about).toEqual({ line: line.line, platform, repository });
      expect(Object.keys(variants)).toEqual(['default', 'coordinator']);
      expect(stdout).toContain(`default ${platform} ${repository}@${variants.default}`);
    }
  });

  test('prints the plan with --dry-run, publishes without it, and then has nothing to do', async () => {
    const staged = await Promise.all(platforms.map((platform) => stagedImages(workspace, line.line, platform)));
    for (const [number, image] of staged.flat().entries()) {
      const file = join(releasePath(workspace, line.line), `report-${number}.json`);
      await writeFile(file, JSON.stringify(reportOn(image)));
    }
    const dry = await publish(['--date', '20261002', '--dry-run']);
    expect(dry.stdout).toMatch(/^create {2}tag {3}9\.0\.4-20261002 -> sha256:/m);
    expect((await raw().tags()).filter((tag) => !tag.startsWith('staging-'))).toEqual([]);

    const first = await publish(['--date', '20261002']);
    expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('create') });
    const digest = await raw().digest('latest');
    expect(first.stdout).toContain(`${running.host}/kailas-cloud/from-environment:latest ${digest}`);
    expect(JSON.parse(await readFile(join(releasePath(workspace, line.line), 'release.json'), 'utf8'))).toMatchObject({
      variants: { default: { digest, tags: ['9.0.4', '9.0.4-20261002', line.line, 'latest'] } },
    });

    const second = await publish(['--date', '20261002']);
    expect(second).toMatchObject({
      exitCode: 0,
      stdout: first.stdout,
      stderr: expect.stringContaining('nothing to do'),
    });
  });

  test('refuses what was built and staged from another lock', async () => {
    await writeLock('2');
    const staging = await publish(['--stage', '--platform', 'linux/arm64']);
    expect(staging).toMatchObject({ exitCode: 65, stderr: expect.stringMatching(/VP524 .*its lock is/) });
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
