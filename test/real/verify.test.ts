import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { architectureOf, nativePlatform } from '../../scripts/lib/platform.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { verifyReport } from '../../scripts/verify/report.ts';
import { images, requireImage } from '../support/docker-engine.ts';

const script = join(paths.root, 'scripts', 'verify.ts');

it('npm run verify finds nothing wrong with the local image, and writes its report', async () => {
  await requireImage(images.local);
  const cwd = await mkdtemp(join(tmpdir(), 'valkey-bundle-verify-'));
  try {
    await symlink(join(paths.root, 'modules'), join(cwd, 'modules'));
    const { stdout } = await execa(process.execPath, [script, images.local], { cwd });
    expect(stdout).toMatch(/\d+ passed, 0 failed/);
    const file = join(cwd, 'dist', 'release', 'local', `report-default-${architectureOf(nativePlatform())}.json`);
    const report = verifyReport.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(report).toMatchObject({ reference: images.local, digest: null, line: 'local', variant: 'default' });
    expect(report.checks.filter(({ result }) => result === 'failed')).toEqual([]);
    // Everything else has to have run: an image of binary packages has no lock and no list of components, and its search no coordinator.
    expect(report.checks.filter(({ result }) => result === 'not run').map(({ name }) => name)).toEqual([
      'bundle.json: has the versions and commits of the lock',
      'coordinator: KNN finds the documents of every shard',
      'module knot: reports its version',
      'sbom: is valid and names what bundle.json names',
    ]);
    expect(report.checks.length).toBeGreaterThan(40);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
});

it('npm run verify ends with the code of its problem, and says nothing on standard output', async () => {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [script, 'valkey-bundle:never-built'], {
    reject: false,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
  expect(stderr).toMatch(/^VP401 /);
});

it('npm run verify says so where no engine answers', async () => {
  const env = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
  const { exitCode, stderr } = await execa(process.execPath, [script], { env, reject: false });
  expect(exitCode).toBe(69);
  expect(stderr).toMatch(/^VP903 tcp:\/\/127\.0\.0\.1:1: /);
});

it.each([
  [['--line', 'local', '--built', 'valkey-bundle:local'], 'VP901'],
  [['--line', 'local', '--variant', 'default'], 'VP901'],
  [['--line', 'local', '--platform', 'linux/arm64'], 'VP520'],
])(
  'npm run verify %j ends with %s: a line is verified as it was staged or built, and none is no success',
  async (args, code) => {
    const cwd = await mkdtemp(join(tmpdir(), 'valkey-bundle-verify-'));
    try {
      await symlink(join(paths.root, 'modules'), join(cwd, 'modules'));
      const { exitCode, stderr } = await execa(process.execPath, [script, ...args], { cwd, reject: false });
      expect({ exitCode, stderr }).toEqual({
        exitCode: code === 'VP901' ? 64 : 65,
        stderr: expect.stringMatching(`^${code} `),
      });
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
