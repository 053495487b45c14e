import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLock } from '../../scripts/data/lock.ts';
import { loadLine } from '../../scripts/data/release-line.ts';
import type { DebianArchive } from '../../scripts/inputs/debian-archive.ts';
import { fetchDebian } from '../../scripts/inputs/fetch-debian.ts';
import { type FetchOptions, fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { openWorkspace } from '../../scripts/lib/workspace.ts';
import { makeWorkspace, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';

/** The project's own line and lock: RediSearch, out of the real archive. */
const own = openWorkspace();
const line = loadLine(own, 'local');
const locked = readLock(own).lines['local'];
const options: FetchOptions = { aborted: new AbortController().signal, report: () => {} };

let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await makeWorkspace();
});
afterEach(() => workspace.remove());

/** The project's manifests, and results in a folder of the test's own. */
const here = () => ({ modules: own.modules, dist: workspace.dist });

describe('a source package of the Debian archive', () => {
  it('is unpacked at the locked version, with its patches, and dated by its changelog; a binary package is nothing to fetch', async () => {
    const sources = await fetchLine(here(), line, locked, options);
    expect(Object.keys(sources)).toEqual(['redisearch']);
    const { folder, record } = sources['redisearch'] ?? { folder: '', record: null };
    expect(record).toMatchObject({ kind: 'debian-source', origin: 'redisearch', ref: '1:1.2.2-4', epoch: 1622647694 });
    expect((await readdir(folder)).sort()).toEqual(['source.json', 'tree']);
    await access(join(folder, 'tree/CMakeLists.txt'));
    expect(await readFile(join(folder, 'tree/.pc/applied-patches'), 'utf8')).toContain('CLOCK_MONOTONIC_RAW');
    expect((await stat(join(folder, 'tree/src/redisearch.h'))).mtimeMs / 1000).toBe(1622647694);
    // Offline: it is there.
    await fetchLine(here(), line, locked, { ...options, offline: true });
  });
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-debian-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const source = {
  kind: 'debian-source',
  package: 'hello',
  version: '1.0-1',
  files: [{ name: 'hello_1.0-1.dsc', sha256: 'a'.repeat(64), size: 5 }],
} as const;

/** An archive that has a file of this text in one suite. */
function archive(suite: string, text: string): DebianArchive {
  return {
    scratch: folder,
    binary: async () => null,
    source: async () => null,
    download: async () => false,
    downloadSource: async (asked, _name, _version, into) => {
      if (asked !== suite) return false;
      await mkdir(into, { recursive: true });
      await writeFile(join(into, 'hello_1.0-1.dsc'), text);
      return true;
    },
  };
}

async function fetchHello(from: DebianArchive) {
  const access = { aborted: new AbortController().signal, report: () => {} };
  const suites = ['sid', 'bookworm'];
  return await fetchDebian('hello', { ...source, files: [...source.files] }, suites, folder, access, (_, work) =>
    work(from),
  );
}

it.each([
  ['another content', 'other'],
  ['another size', 'something longer'],
])('a file with %s than the locked one is not unpacked: VP210', async (_, text) => {
  expect((await problemOf(fetchHello(archive('bookworm', text)))).code).toBe('VP210');
  expect(await readdir(folder)).toEqual(['files']);
});

it('a version that none of the suites has any more is VP209, with their names', async () => {
  const { code, message } = await problemOf(fetchHello(archive('trixie', 'other')));
  expect([code, message.includes('sid, bookworm')]).toEqual(['VP209', true]);
});
