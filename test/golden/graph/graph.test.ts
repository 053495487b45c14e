import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../scripts/build/build-line.ts';
import { showPlan } from '../../../scripts/build/show-plan.ts';
import { planBuild } from '../../../scripts/graph/build-plan.ts';
import { buildGraph } from '../../../scripts/graph/graph.ts';
import { paths } from '../../../scripts/lib/image-paths.ts';
import { loadManifests } from '../../../scripts/data/manifests.ts';
import { loadLine } from '../../../scripts/data/release-line.ts';
import { lockFile } from '../../../scripts/data/lock.ts';
import type { Platform } from '../../../scripts/pipeline/platform.ts';
import { sourcePath } from '../../../scripts/pipeline/workspace.ts';

interface Case {
  readonly title: string;
  readonly line: string;
  readonly only: readonly string[];
  readonly platforms: readonly Platform[];
}

const update = process.env['UPDATE_GOLDEN'] === '1';
if (update && process.env['CI']) throw new Error('UPDATE_GOLDEN is for a person who reads what it writes, not for CI');

const workspace = { modules: join(paths.root, 'modules'), dist: '' };
const imageDockerfile = readFileSync(join(paths.docker, 'image.Dockerfile'), 'utf8');
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe.each(names)('%s', (name) => {
  const folder = join(import.meta.dirname, name);
  const given = JSON.parse(readFileSync(join(folder, 'in', 'case.json'), 'utf8')) as Case;
  const files = graphOf(given, readFileSync(join(folder, 'in', 'lock.json'), 'utf8'));
  const out = join(folder, 'out');

  it(`${given.title}: the files are as written down`, () => {
    if (update) writeAll(out, files);
    expect(files).toEqual(readAll(out));
  });

  it('is the same every time', () => {
    expect(graphOf(given, readFileSync(join(folder, 'in', 'lock.json'), 'utf8'))).toEqual(files);
  });

  it('holds nothing that BuildKit of Docker 20.10 does not know', () => {
    const dockerfile = files['Dockerfile'] ?? '';
    expect(dockerfile).not.toMatch(/^# *syntax|--link|<<|--from=\S*:|--checksum|--exclude|--parents/m);
    expect(JSON.stringify(files['bake.json'])).not.toMatch(/"contexts"|attest|sbom=|type=oci/);
  });

  it('copies into a module stage nothing but that module’s own source', () => {
    for (const stage of (files['Dockerfile'] ?? '').split(/\n(?=FROM )/)) {
      const module = /^FROM \S+ AS module-(\S+)/.exec(stage)?.[1];
      if (module === undefined) continue;
      for (const [, source = ''] of stage.matchAll(/(?:^COPY |source=)([^\s,]+)/gm)) {
        expect(source).toMatch(new RegExp(`^(sources/${module}/|bake/[^/]+/(builders/|records/${module}\\.json))`));
      }
    }
  });
});

function graphOf({ line: lineName, only, platforms }: Case, lockText: string): Record<string, string> {
  const line = loadLine(workspace, lineName);
  const locked = lockFile.parse(JSON.parse(lockText)).lines[lineName];
  const plan = planBuild(line, loadManifests(workspace.modules), locked, only);
  const { base } = plan;
  const from = base.kind === 'image' ? `${base.reference}@${base.digest}` : 'valkey-bundle-base:0123456789abcdef';
  const images = platforms.flatMap((platform) =>
    Object.keys(line.variants).map((variant) => ({
      variant,
      platform,
      tag: `valkey-bundle-line:${lineName}-${variant}`,
      labels: { 'org.opencontainers.image.title': 'valkey-bundle' },
    })),
  );
  const graph = buildGraph({
    plan,
    platforms,
    base: { from, name: base.kind === 'image' ? from : `${from}@sha256:${'d'.repeat(64)}` },
    sources: Object.fromEntries(
      plan.modules.map(({ name, id }) => [
        name,
        { folder: sourcePath(workspace, name, id ?? ''), epoch: 1_700_000_000 },
      ]),
    ),
    imageDockerfile,
    images,
  });
  const capacity = { cores: 4, memory: 14_000 };
  return {
    Dockerfile: graph.dockerfile,
    'bake.json': json(graph.bake),
    ...graph.files,
    'dry-run.txt': platforms.map((platform) => showPlan(plan, platform, groupsOf(plan.modules, capacity))).join('\n'),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readAll(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(folder.length + 1)] = readFileSync(path, 'utf8');
  }
  return found;
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
