import { describe, expect, it } from 'vitest';
import type { DebianArchive } from '../../../scripts/inputs/debian-archive.ts';
import { resolveDebianPackage, resolveDebianSource } from '../../../scripts/inputs/resolve-line.ts';
import { problemOf } from '../../support/problem-of.ts';

const wanted = { package: 'hello', suites: ['sid', 'trixie'] };
const checksum = 'a'.repeat(64);

/** Index entries by suite, or suite and architecture; `gone` names the suites whose pools have lost the files. */
function archive(entries: Record<string, Record<string, string>>, gone: readonly string[] = []): DebianArchive {
  const entry = (key: string) => (entries[key] === undefined ? null : new Map(Object.entries(entries[key])));
  return {
    scratch: '/nowhere',
    binary: async (suite, _name, architecture) => entry(`${suite} ${architecture}`),
    source: async (suite) => entry(suite),
    download: async (suite) => !gone.includes(suite),
    downloadSource: async (suite) => !gone.includes(suite),
  };
}

const both = (suite: string, amd64: string, arm64 = amd64) => ({
  [`${suite} amd64`]: { version: amd64, sha256: checksum },
  [`${suite} arm64`]: { version: arm64, sha256: checksum },
});

describe('a binary package', () => {
  it('comes from the first suite that has it for every architecture', async () => {
    const { 'sid arm64': _, ...half } = both('sid', '2.0-1');
    const found = await resolveDebianPackage(
      wanted,
      ['amd64', 'arm64'],
      archive({ ...half, ...both('trixie', '1.0-1') }),
    );
    expect(found).toMatchObject({ version: '1.0-1', sha256: { amd64: checksum, arm64: checksum } });
  });

  it('comes from the next suite if the pool of the first has lost it', async () => {
    const entries = { ...both('sid', '2.0-1'), ...both('trixie', '1.0-1') };
    const found = await resolveDebianPackage(wanted, ['amd64'], archive(entries, ['sid']));
    expect(found.version).toBe('1.0-1');
  });

  it('may have been rebuilt for one architecture: that is no other version', async () => {
    const found = await resolveDebianPackage(wanted, ['amd64', 'arm64'], archive(both('sid', '2.0-1', '2.0-1+b1')));
    expect(found.version).toBe('2.0-1');
  });

  it('of another version on each architecture does not do: VP209, with the reason', async () => {
    const failing = resolveDebianPackage(wanted, ['amd64', 'arm64'], archive(both('sid', '2.0-1', '1.9-1')));
    const { code, message } = await problemOf(failing);
    expect([code, message.includes('2.0-1, 1.9-1')]).toEqual(['VP209', true]);
  });
});

describe('a source package', () => {
  const files = { version: '1.0-1', 'checksums-sha256': `${checksum} 12 hello.dsc` };

  it('has a version and the checksums of its files', async () => {
    const found = await resolveDebianSource(wanted, archive({ trixie: files }));
    const expected = [{ name: 'hello.dsc', sha256: checksum, size: 12 }];
    expect(found).toEqual({ kind: 'debian-source', package: 'hello', version: '1.0-1', files: expected });
  });

  it('that no suite has, or no pool any more, is VP209', async () => {
    expect((await problemOf(resolveDebianSource(wanted, archive({})))).code).toBe('VP209');
    const gone = archive({ sid: files, trixie: files }, ['sid', 'trixie']);
    expect((await problemOf(resolveDebianSource(wanted, gone))).code).toBe('VP209');
  });
});
