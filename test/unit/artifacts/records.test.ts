import { describe, expect, it } from 'vitest';
import { baseRecordOf } from '../../../scripts/artifacts/base-record.ts';
import { cratesOf } from '../../../scripts/build/collect.ts';

const reading = {
  packages: 'libc6\t2.41-12\tamd64\nbase-files\t13.8\tall\n',
  libraries:
    'libc.so.6\tlibc.so.6 GLIBC_2.2.5 GLIBC_2.41 \nlibjemalloc.so.2\t\nlibc.so.6\tlibc.so.6 GLIBC_2.2.5 GLIBC_2.41 \n',
  glibc: 'ldd (Debian GLIBC 2.41-12+deb13u4) 2.41\n',
  valkey: 'Valkey server v=9.1.2 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=abc\n',
};

describe('base.json is what the base itself says', () => {
  it('versions, packages, and each library with the symbol versions that it defines', () => {
    expect(baseRecordOf(reading, 'docker.io/valkey/valkey:9.1.2', null)).toEqual({
      reference: 'docker.io/valkey/valkey:9.1.2',
      digest: null,
      valkey: '9.1.2',
      glibc: '2.41',
      packages: [
        { name: 'libc6', version: '2.41-12', architecture: 'amd64' },
        { name: 'base-files', version: '13.8', architecture: 'all' },
      ],
      libraries: ['libc.so.6', 'libjemalloc.so.2'],
      symbolVersions: { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.41'] },
    });
  });

  it.each(['glibc', 'valkey'] as const)('a base whose %s says something else is none of ours', (file) => {
    expect(() => baseRecordOf({ ...reading, [file]: 'musl libc\n' }, 'x', null)).toThrow(/musl libc/);
  });
});

describe('the crates of a Cargo.lock', () => {
  const lock = `version = 4

[[package]]
name = "valkey-bloom"
version = "1.0.1"

[[package]]
name = "serde"
version = "1.0.219"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${'5'.repeat(64)}"
`;

  it('count as pinned if the lock was there before the build, and as floating if cargo made it', () => {
    const serde = {
      name: 'serde',
      version: '1.0.219',
      origin: 'registry+https://github.com/rust-lang/crates.io-index',
    };
    expect(cratesOf(lock, true)).toEqual([{ ...serde, pinned: true }]);
    expect(cratesOf(lock, false)).toEqual([{ ...serde, pinned: false }]);
  });
});
