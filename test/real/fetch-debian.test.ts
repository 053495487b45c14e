import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FetchOptions, fetchLine } from '../../scripts/fetch/fetch-line.ts';
import { loadLine } from '../../scripts/lines/load-line.ts';
import { readLock } from '../../scripts/lines/read-lock.ts';
import { openWorkspace } from '../../scripts/pipeline/workspace.ts';
import { makeWorkspace, type TestWorkspace } from '../support/git-remote-workspace.ts';

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
