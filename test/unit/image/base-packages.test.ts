import { expect, it } from 'vitest';
import { type ArchiveLine, fetchPackages } from '../../../scripts/image/base-packages.ts';
import { isDownloaded } from '../../../scripts/lib/debian.ts';
import { problemOf } from '../../support/problem-of.ts';

const line: ArchiveLine = {
  line: 'own',
  base: { suite: 'trixie', epoch: 1, packages: [] },
  valkey: { package: 'valkey-tools', suites: ['sid', 'trixie'] },
  modules: {},
  defaults: { moduleArgs: [], directives: [] },
};

/** What apt says when it is asked for the package in sid; trixie has it. */
async function fetchWhere(sid: string) {
  const options = {
    mirrors: { archive: 'http://deb.example', security: undefined },
    architecture: 'amd64',
    folder: '/nowhere',
    report: () => {},
  };
  return await fetchPackages(line, options, async (name) => ({
    name,
    download: async (debian) =>
      isDownloaded({ isDone: name === 'trixie', said: sid }, debian)
        ? { package: debian, version: '8.1.1-1', suite: name, sha256: '', path: '/nowhere' }
        : null,
  }));
}

const failed = 'E: Failed to fetch http://deb.example/pool/v/valkey-tools_9.1.2-1_amd64.deb ';

it.each([
  ['the pool no longer has its file', `${failed} 404  Not Found [IP: 192.0.2.1 80]`],
  ['the index does not name it', 'E: Unable to locate package valkey-tools'],
  [
    'the index names it only as what others ask for',
    "E: Can't select candidate version from package valkey-tools as it has no candidate",
  ],
  ['the index names other versions', "E: Version '9.1.2-1' for 'valkey-tools' was not found"],
  ['the index names other versions of the source', "E: Can not find version '9.1.2-1' of package 'valkey'"],
])('a package comes from the next suite where %s, and a note says so', async (_, said) => {
  const { valkey, notes } = await fetchWhere(said);
  expect(valkey.suite).toBe('trixie');
  expect(notes).toEqual([expect.stringContaining('sid no longer has it')]);
});

it.each([
  ['cannot be reached', `${failed} Could not connect to 192.0.2.1:80. - connect (111: Connection refused)`],
  ['cannot be found', `${failed} Temporary failure resolving 'deb.example'`],
  ['answers with an error', `${failed} 503  Service Unavailable [IP: 192.0.2.1 80]`],
  [
    'listens on port 404 and cannot be reached',
    'E: Failed to fetch http://deb.example:404/x.deb  Connection timed out',
  ],
  ['is in the middle of its own update', `${failed} File has unexpected size (3 != 165220). Mirror sync in progress?`],
])('no older package is taken while the mirror %s: VP206, with what apt said', async (_, said) => {
  const { code, message } = await problemOf(fetchWhere(said));
  expect(code).toBe('VP206');
  expect(message).toContain(said);
});
