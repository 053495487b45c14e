import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../scripts/lib/files.ts';
import { nativePlatform } from '../../scripts/lib/platform.ts';
import { manifestTypes } from '../../scripts/lib/registry/manifest.ts';
import { longTestMs } from '../support/patience.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const root = join(import.meta.dirname, '../..');
const repository = 'project/valkey-bundle';
const longest = 3 * longTestMs;
let folder: string;
let registry: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-release-'));
  registry = await startRegistry();
  // Data of its own, without a lock: the chain begins with resolving.
  await cp(join(root, 'modules'), join(folder, 'modules'), { recursive: true });
  await rm(join(folder, 'modules', 'lock.json'));
});
afterAll(async () => {
  await registry.remove();
  await rm(folder, { recursive: true, force: true });
});

function release(...args: readonly string[]) {
  const script = join(root, 'scripts/release.ts');
  return execa(process.execPath, [script, ...args], { cwd: folder, reject: false, stdin: 'ignore' });
}

async function digestAt(tag: string): Promise<string | null> {
  const accept = manifestTypes.join(', ');
  const answer = await fetch(`http://${registry.host}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  return answer.status === 200 ? digestOf(Buffer.from(await answer.arrayBuffer())) : null;
}

describe('npm run release, line local', () => {
  const target = (): string[] => ['--line', 'local', '--registry', registry.host, '--repository', repository];

  test('--dry-run prints the chain and the build, and neither writes nor asks the registry', async () => {
    const { exitCode, stdout } = await release(...target(), '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout.match(/^ {3}npm run \S+/gm)?.map((line) => line.trim().slice('npm run '.length))).toEqual([
      'resolve',
      'fetch',
      'build',
      'image',
      'publish',
      'verify',
      'publish',
    ]);
    expect(stdout).toContain('unresolved: run resolve');
    expect(await readdir(folder)).toEqual(['modules']);
    expect(await readdir(join(folder, 'modules'))).not.toContain('lock.json');
    expect(await registry.requests(repository)).toEqual([]);
  });

  test('resolves, fetches, builds from source, assembles, verifies by digest and publishes', {
    timeout: longest,
  }, async () => {
    const { exitCode, stdout, stderr } = await release(...target());
    expect({ exitCode, tail: exitCode === 0 ? '' : stderr.slice(-3000) }).toEqual({ exitCode: 0, tail: '' });
    const published = new RegExp(`^${registry.host}/${repository}:local (\\S+)$`, 'm').exec(stdout)?.[1];
    expect(await digestAt('local')).toBe(published);
    expect(stdout).toMatch(/^ok .*module redisearch: works/m);
    expect(stdout).toMatch(/ 0 failed,/);
  });

  test('a pull by tag gives the digest that was published', async () => {
    const reference = `${registry.host}/${repository}`;
    const digest = await digestAt('local');
    const { stdout } = await execa('docker', ['pull', '--platform', nativePlatform(), `${reference}:local`]);
    expect(stdout).toContain(`Digest: ${digest}`);
    await execa('docker', ['image', 'rm', `${reference}:local`]);
  });

  test('run again, it gets the same digest, has nothing to do, and writes the record that is missing', {
    timeout: longest,
  }, async () => {
    const before = await digestAt('local');
    const record = join(folder, 'dist', 'release', 'local', 'release.json');
    const right = await readFile(record, 'utf8');
    await rm(record);
    await registry.requests(repository);
    const { exitCode, stdout, stderr } = await release(...target());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('nothing to do') });
    expect(stdout).toContain(`:local ${before}`);
    expect(await readFile(record, 'utf8')).toBe(right);
    expect((await registry.requests(repository)).filter((request) => !/^(GET|HEAD) /.test(request))).toEqual([]);
  });

  test('another registry than one on this machine is refused: it would get one platform of two', async () => {
    const { exitCode, stderr } = await release('--line', 'local', '--registry', 'registry.example');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('VP901');
  });

  test('a line that nobody knows is named, with the nearest', async () => {
    const { exitCode, stderr } = await release('--line', 'locl', '--registry', registry.host);
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/VP1\d\d.*locl/);
    expect(stderr).toContain('local');
  });
});
