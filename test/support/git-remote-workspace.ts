import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type LockedLine, readLock, writeLock } from '../../scripts/data/lock.ts';
import { loadLine, type ReleaseLine } from '../../scripts/data/release-line.ts';
import type { Patience } from '../../scripts/inputs/remote.ts';
import { lockPath, type Workspace } from '../../scripts/lib/workspace.ts';
import { patienceMs } from './patience.ts';

interface Dependency {
  readonly repository: string;
  readonly ref: string;
  readonly pin: 'tag' | 'commit';
}

/** A folder of modules and one of results, both of the test's own. */
export interface TestWorkspace extends Workspace {
  /** Writes a manifest of a module that is built from source. */
  module(
    name: string,
    repository: string,
    dependencies?: Readonly<Record<string, Dependency>>,
    build?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** Writes a release line of modules by their tags, and reads it as the verbs do. */
  line(
    name: string,
    tags: Readonly<Record<string, string>>,
    base?: { image: string; tag: string },
  ): Promise<ReleaseLine>;
  /** Writes what is locked for a line; the base is, unless given. */
  lock(name: string, modules: LockedLine['modules'], base?: LockedLine['base']): Promise<LockedLine>;
  locked(name: string): LockedLine | undefined;
  lockText(): Promise<string>;
  remove(): Promise<void>;
}

const image = { image: '127.0.0.1:1/valkey/valkey', tag: '9.0.4-trixie' } as const;

/** The digest of no image: nothing asks for it where it is locked. */
const lockedBase = {
  kind: 'image',
  reference: `${image.image}:${image.tag}`,
  digest: `sha256:${'a'.repeat(64)}`,
} as const satisfies LockedLine['base'];

/** For a remote that answers, on a machine that may be busy. */
export const shortPatience: Patience = {
  attempts: 2,
  pauseMs: 10,
  lowSpeedLimit: 1000,
  lowSpeedTime: 120,
  timeoutMs: patienceMs,
};

/** So that a test of a remote that never answers ends soon. */
export const noPatience: Patience = { ...shortPatience, lowSpeedTime: 1 };

export async function makeWorkspace(): Promise<TestWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-workspace-'));
  const workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
  await mkdir(join(workspace.modules, 'releases'), { recursive: true });
  return {
    ...workspace,
    module: async (name, repository, dependencies = {}, build = {}) => {
      const manifest = {
        name,
        title: name,
        repository,
        licence: 'MIT',
        file: `lib${name}.so`,
        loadName: name,
        loadArgs: { style: 'plain' },
        build: {
          ...build,
          dependencies: Object.entries(dependencies).map(([dependency, one]) => ({
            name: dependency,
            licence: 'MIT',
            ...one,
          })),
        },
      };
      await mkdir(join(workspace.modules, name), { recursive: true });
      await writeFile(join(workspace.modules, name, 'module.yaml'), stringify(manifest));
    },
    line: async (name, tags, base = image) => {
      const line = {
        line: name,
        valkey: '9.0.4',
        base,
        platforms: ['linux/amd64', 'linux/arm64'],
        modules: Object.fromEntries(Object.entries(tags).map(([module, tag]) => [module, { tag }])),
        variants: { default: { tags: [`{line}`], defaults: { moduleArgs: [], directives: [] } } },
      };
      await writeFile(join(workspace.modules, 'releases', `${name}.yaml`), stringify(line));
      return loadLine(workspace, name);
    },
    lock: async (name, modules, base = lockedBase) => {
      const lock = readLock(workspace);
      const locked = { base, modules };
      await writeLock(workspace, { ...lock, lines: { ...lock.lines, [name]: locked } });
      return locked;
    },
    locked: (name) => readLock(workspace).lines[name],
    lockText: async () => await readFile(lockPath(workspace), 'utf8'),
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
