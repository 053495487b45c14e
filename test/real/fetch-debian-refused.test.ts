import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fetchDebian } from '../../scripts/fetch/fetch-debian.ts';
import type { DebianArchive } from '../../scripts/resolve/debian-archive.ts';
import { problemOf } from '../support/problem-of.ts';

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
