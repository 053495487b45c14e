import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type ReleaseLine, releaseLine } from '../../scripts/data/release-line.ts';
import { labels as names } from '../../scripts/image/labels.ts';
import { architectureOf, type Platform, platforms } from '../../scripts/lib/platform.ts';
import { releasePath, type Workspace } from '../../scripts/lib/workspace.ts';
import type { LineToPublish } from '../../scripts/publish/publish-line.ts';
import type { StagedImage, StagedRelease } from '../../scripts/publish/release-file.ts';
import type { VerifyReport } from '../../scripts/verify/report.ts';
import type { RawRepository, SeededImage } from './registry-seed.ts';

/** A line of two variants, as 9.0 is; its base and modules are of no importance here. */
export const testLine: ReleaseLine = releaseLine.parse({
  line: '9.0',
  valkey: '9.0.4',
  base: { image: 'docker.io/valkey/valkey', tag: '9.0.4' },
  platforms: [...platforms],
  modules: {},
  variants: {
    default: {
      tags: ['{line}', 'latest', '{valkey}', '{valkey}-{date}'],
      defaults: { moduleArgs: [], directives: [] },
    },
    coordinator: { tags: ['{line}-coordinator'], defaults: { moduleArgs: [], directives: [] } },
  },
});

/** Every tag of it, in the order in which they are written. */
export const testTags = ['9.0.4', '9.0.4-20261002', '9.0', 'latest', '9.0-coordinator'];

export const testLock = 'a'.repeat(64);

/** What an image of the line says of itself. */
export function testLabels(variant = 'default', valkey = testLine.valkey): Record<string, string> {
  const version = `${valkey}${variant === 'default' ? '' : `-${variant}`}`;
  return { [names.line]: '9.0', [names.variant]: variant, [names.lock]: testLock, [names.version]: version };
}

/** A release whose images are in the registry already, with a folder of its own. */
export interface TestRelease {
  readonly wish: LineToPublish;
  readonly staged: readonly StagedImage[];
  /** The images of the registry that `staged` is about, in the same order. */
  readonly seeded: readonly (SeededImage | undefined)[];
  /** Writes the records that staging and verifying would have left. */
  write(change?: ReleaseChange): Promise<void>;
}

/** What is to be otherwise than after a good run. */
interface ReleaseChange {
  readonly staged?: (images: readonly StagedImage[]) => readonly StagedImage[];
  readonly reports?: (reports: readonly VerifyReport[]) => unknown[];
}

/**
 * Puts one image (none into null) for each variant and platform of a line there, and writes records that allow to
 * publish them.
 */
type SeedRelease = (repository: string, raw: RawRepository | null, line?: ReleaseLine) => Promise<TestRelease>;

/** Call it once at the top of a test file: the folders of its releases are gone when it ends. */
export function useReleases(): SeedRelease {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async (repository, raw, line = testLine) => {
    const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-release-'));
    folders.push(folder);
    return seed({ modules: join(folder, 'modules'), dist: join(folder, 'dist') }, repository, raw, line);
  };
}

async function seed(
  workspace: Workspace,
  repository: string,
  raw: RawRepository | null,
  line: ReleaseLine,
): Promise<TestRelease> {
  const kinds = Object.keys(line.variants).flatMap((variant) =>
    line.platforms.map((platform) => ({ variant, platform })),
  );
  const seeded = await Promise.all(
    kinds.map(({ variant, platform }) => {
      const labels = { ...testLabels(variant, line.valkey), [names.created]: platform };
      return raw?.putImage(architectureOf(platform), labels);
    }),
  );
  const staged = kinds.map((kind, number) =>
    stagedAs(seeded[number]?.digest ?? '', { line: line.line, repository, ...kind }),
  );
  const release: TestRelease = {
    wish: { workspace, line, platforms: line.platforms, lock: testLock, date: '20261002', moveVersionTags: false },
    staged,
    seeded,
    async write({ staged: changeStaged, reports: changeReports }: ReleaseChange = {}) {
      await rm(releasePath(workspace, line.line), { recursive: true, force: true });
      const reports = staged.map(reportOn);
      await writeStaged(workspace, line.line, changeStaged?.(staged) ?? staged);
      await writeReports(workspace, line.line, changeReports?.(reports) ?? reports);
    },
  };
  await release.write();
  return release;
}

/** What `npm run verify` writes about an image that passed. */
export function reportOn({ line, variant, platform, digest, reference }: StagedImage): VerifyReport {
  const checks = [{ name: 'structure', result: 'passed' as const, note: '', milliseconds: 1 }];
  return { reference, digest, line, variant, platform, checks };
}

/** A staged image of the test line. */
export function stagedAs(
  digest: string,
  {
    line = '9.0',
    variant = 'default',
    platform = 'linux/amd64',
    repository = '127.0.0.1:1/bundle',
  }: { line?: string; variant?: string; platform?: Platform; repository?: string } = {},
): StagedImage {
  return { line, variant, platform, digest, reference: `${repository}@${digest}` };
}

/** release.json of one platform, as staging these images would write it. */
function stagedRelease(platform: Platform, images: readonly StagedImage[]): StagedRelease {
  const [first] = images;
  const variants = Object.fromEntries(images.map(({ variant, digest }) => [variant, digest]));
  return { line: first?.line ?? '', platform, repository: first?.reference.split('@')[0] ?? '', variants };
}

async function writeStaged(workspace: Workspace, line: string, images: readonly StagedImage[]): Promise<void> {
  for (const platform of platforms) {
    const own = images.filter((image) => image.platform === platform);
    if (own.length === 0) continue;
    const folder = join(releasePath(workspace, line), architectureOf(platform));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'release.json'), JSON.stringify(stagedRelease(platform, own)));
  }
}

async function writeReports(workspace: Workspace, line: string, reports: readonly unknown[]): Promise<void> {
  const folder = join(releasePath(workspace, line), 'reports');
  await mkdir(folder, { recursive: true });
  for (const [number, report] of reports.entries()) {
    await writeFile(join(folder, `report-${number}.json`), JSON.stringify(report));
  }
}
