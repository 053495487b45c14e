import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadManifests } from '../../scripts/data/manifests.ts';
import { releaseLine } from '../../scripts/data/release-line.ts';
import { nativePlatform } from '../../scripts/lib/platform.ts';
import { openWorkspace, paths } from '../../scripts/lib/workspace.ts';
import { imageDefaults, moduleArguments } from '../../scripts/verify/arguments.ts';
import { health, modules, signals, users } from '../../scripts/verify/groups.ts';
import { verifyReport } from '../../scripts/verify/report.ts';
import type { Expected } from '../../scripts/verify/subject.ts';
import { readExpected } from '../../scripts/verify/verify-image.ts';
import { images } from '../support/docker-engine.ts';
import { brokenImage, namesOf, removeVerified, tryImage } from '../support/verify-lab.ts';

removeVerified();

const workspace = openWorkspace();
const local = readExpected(workspace, 'local', 'default', nativePlatform());

/** The line that the image with stand-ins would be of. */
const standIns = { search: '1.0.2', json: '1.0.2', bloom: '1.0.0', ldap: '1.0.0' };
const directives = local.line.variants['default']?.defaults.directives ?? [];
const coordinatorArgs = [{ module: 'search', args: '--use-coordinator', when: { 'cluster-enabled': 'yes' } }];

function standInLine(variant: 'default' | 'coordinator', own = directives): Expected {
  return {
    line: releaseLine.parse({
      line: 'test',
      base: local.line.base,
      platforms: [nativePlatform()],
      modules: Object.fromEntries(Object.entries(standIns).map(([name, tag]) => [name, { tag }])),
      variants: {
        default: { tags: ['test'], defaults: { moduleArgs: [], directives: own } },
        coordinator: { tags: ['c'], defaults: { moduleArgs: coordinatorArgs, directives: own } },
      },
    }),
    locked: null,
    variant,
    manifests: loadManifests(workspace.modules).filter(({ name }) => name in standIns),
    platform: nativePlatform(),
  };
}

/** Without what can be seen of a stopped image: the one with stand-ins is no image of a line. */
function running(names: readonly string[]): string[] {
  return names.filter((name) => !/^(structure|sbom): /.test(name));
}

describe('an image that was built wrongly', () => {
  it('fails each check that looks at what is wrong, and no other', async () => {
    const checks = await tryImage(await brokenImage('misbuilt'), local);
    expect(namesOf(checks, 'failed')).toEqual([
      'bundle.json: has the defaults of the variant',
      'bundle.json: names the line, server, user and modules',
      'doctor: finds nothing wrong',
      'labels: say what the image is',
      'sbom: is valid and names what bundle.json names',
      'structure: CMD',
      'structure: ENTRYPOINT',
      'structure: EXPOSE',
      'structure: HEALTHCHECK',
      'structure: USER is numeric',
      'structure: WORKDIR',
      'structure: data and run directories are open to every uid',
      'structure: exactly the modules of the line are there',
      'structure: modules have mode 0755 and belong to root',
      'structure: no build tools are left',
      'structure: nothing is set in the environment but PATH',
      'structure: the launcher has its names, on every folder of PATH',
      'structure: the real server stands outside of PATH',
    ]);
    expect(namesOf(checks, 'passed')).toEqual(['bundle.json: is valid']);
  });

  it('makes npm run verify end with 1, after it has written the report', async () => {
    const dist = await mkdtemp(join(tmpdir(), 'valkey-bundle-verify-'));
    try {
      const script = join(paths.root, 'scripts', 'verify.ts');
      const report = join(dist, 'report.json');
      const args = [script, await brokenImage('misbuilt'), '--report', report];
      const { exitCode, stderr } = await execa(process.execPath, args, { reject: false });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^VP410 .*\n(?:.*\n)*structure: CMD: CMD is \["sh"\]/m);
      const { checks } = verifyReport.parse(JSON.parse(await readFile(report, 'utf8')));
      expect(namesOf(checks, 'failed')).toContain('start: as it comes');
    } finally {
      await rm(dist, { recursive: true, force: true });
    }
  });
});

it('a module that no server can load fails the start, with the end of the log', async () => {
  const checks = await tryImage(await brokenImage('unloadable'), local, [modules]);
  const start = checks.find(({ name }) => name === 'start: as it comes');
  expect(start).toMatchObject({
    result: 'failed',
    note: expect.stringContaining('the container ended with exit code'),
  });
  expect(checks.filter(({ name }) => name.startsWith('module '))).toEqual([]);
});

describe('an image that starts its server in another way', () => {
  let failed: string[] = [];
  beforeAll(async () => {
    const groups = [modules, moduleArguments, signals, health, ...users];
    const checks = await tryImage(await brokenImage('misbehaving'), local, groups);
    failed = running(namesOf(checks, 'failed'));
  });

  it('fails each check that a start can fail', () => {
    expect(failed).toEqual([
      'command: valkey-server in the place of ENTRYPOINT loads the modules, too',
      'health: becomes healthy',
      'module redisearch: its arguments arrive',
      'server: is process 1',
      'signals: SIGTERM saves and ends with 0',
      'user: a read-only root file system',
      'user: an arbitrary uid',
      'user: started as root, the server drops to valkey',
    ]);
  });
});

it('modules that load and do nothing fail their own commands', async () => {
  const checks = await tryImage(images.test, standInLine('default'), [modules]);
  expect(running(namesOf(checks, 'failed'))).toEqual([
    'module bloom: works',
    'module json: works',
    'module search: works',
  ]);
  expect(namesOf(checks, 'passed')).toEqual(
    expect.arrayContaining(Object.keys(standIns).map((name) => `module ${name}: loads once`)),
  );
});

it('an argument of each style reaches the module: flags, pairs and directives', async () => {
  const checks = await tryImage(images.test, standInLine('default'), [moduleArguments]);
  expect(running(namesOf(checks, 'failed'))).toEqual([]);
  expect(namesOf(checks, 'passed')).toEqual(
    expect.arrayContaining(Object.keys(standIns).map((name) => `module ${name}: its arguments arrive`)),
  );
});

it('a directive of the image that is missing under its condition fails', async () => {
  const when = { 'cluster-enabled': 'yes' };
  const missing = { name: 'maxmemory-policy', value: 'allkeys-lru', when };
  const expected = standInLine('default', [...directives, missing]);
  const checks = await tryImage(images.test, expected, imageDefaults(expected));
  expect(running(namesOf(checks, 'failed'))).toEqual([
    'bundle.json: has the defaults of the variant',
    'defaults: maxmemory-policy with cluster-enabled yes',
  ]);
  expect(namesOf(checks, 'passed')).toContain('defaults: cluster-require-full-coverage with cluster-enabled yes');
});

describe('the coordinator', () => {
  it('as image default is there in a cluster, with its port, and nowhere else', async () => {
    const expected = standInLine('coordinator');
    const checks = await tryImage(await brokenImage('coordinator'), expected, imageDefaults(expected));
    expect(running(namesOf(checks, 'failed'))).toEqual([]);
    expect(checks.find(({ name }) => name === 'defaults: port of search with cluster-enabled yes')?.note).toBe(
      'port 26673 is open',
    );
    expect(checks.find(({ name }) => name === 'defaults: port of search without options')?.note).toBe(
      'port 26673 is closed',
    );
  });

  it('that is missing in a cluster fails', async () => {
    const expected = standInLine('coordinator');
    const checks = await tryImage(images.test, expected, imageDefaults(expected));
    expect(running(namesOf(checks, 'failed'))).toEqual([
      'bundle.json: has the defaults of the variant',
      'defaults: arguments of search with cluster-enabled yes',
      'defaults: port of search with cluster-enabled yes',
    ]);
  });

  it('that is on without its condition fails in either variant', async () => {
    const expected = standInLine('default');
    const checks = await tryImage(await brokenImage('leaking'), expected, imageDefaults(expected));
    expect(running(namesOf(checks, 'failed'))).toEqual([
      'bundle.json: has the defaults of the variant',
      'defaults: arguments of search with cluster-enabled yes',
      'defaults: arguments of search without options',
      'defaults: port of search with cluster-enabled yes',
      'defaults: port of search without options',
    ]);
  });
});
