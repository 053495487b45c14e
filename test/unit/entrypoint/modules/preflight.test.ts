import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realFiles } from '../../../../entrypoint/host/files.ts';
import { checkModuleFile, findOnLoad } from '../../../../entrypoint/modules/preflight.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { elf, moduleFile } from '../../../support/elf.ts';
import { fakeHost, type World } from '../../../support/fake-host.ts';
import { manifests } from '../../../support/fake-image.ts';
import type { Spec } from '../../../support/fake-tree.ts';
import { loadableObject } from '../../../support/loadable-object.ts';
import { refusalOf } from '../../../support/refusal.ts';

const path = '/m/libsearch.so';
const search = {
  name: 'search',
  file: 'libsearch.so',
  path,
  realPath: path,
  variable: 'SEARCH',
  manifest: manifests.find(({ name }) => name === 'search') ?? null,
};

function check(spec: Spec | null, world: World = {}, module = search) {
  const host = fakeHost({ uid: 1000, ...world, files: spec === null ? {} : { [path]: spec } });
  return () => checkModuleFile(host, host, path, module, { at: { kind: 'directory', path } });
}

it('a shared object for this machine with an execute bit is fine', () => {
  expect(check(moduleFile())).not.toThrow();
});

describe('a module file is refused where it', () => {
  it.each<[string, string, Spec | null]>([
    ['is missing', 'VB302', null],
    ['is a link that leads nowhere', 'VB302', { link: '/gone' }],
    ['may not be read', 'VB303', { bytes: elf(), mode: 0o700 }],
    ['is a FIFO', 'VB303', { special: 'FIFO' }],
    ['has no execute bit', 'VB304', { bytes: elf(), mode: 0o644 }],
    ['is a directory', 'VB305', { directory: true }],
    ['is empty', 'VB305', { text: '', mode: 0o755 }],
    ['is text', 'VB305', { text: '#!/bin/sh\n', mode: 0o755 }],
    ['is cut off', 'VB305', { bytes: asBytes(elf().slice(0, 10)), mode: 0o755 }],
    ['is a 32-bit object', 'VB305', { bytes: elf({ bits: 32 }), mode: 0o755 }],
    ['is a program', 'VB305', { bytes: elf({ type: 2 }), mode: 0o755 }],
    ['is for another machine', 'VB306', { bytes: elf({ machine: 183 }), mode: 0o755 }],
  ])('%s: %s', (_, code, spec) => {
    expect(refusalOf(check(spec))).toMatchObject({ code, at: { kind: 'directory', path } });
  });
});

describe('the execute bit', () => {
  it.each([0o744, 0o654, 0o645])('counts for anybody, as the server looks: %o', (mode) => {
    expect(check({ bytes: elf(), mode }, { uid: 0 })).not.toThrow();
  });
});

describe('the processor', () => {
  it('must offer what the manifest requires', () => {
    expect(refusalOf(check(moduleFile(), { cpu: ['fma', 'sse2'] })).code).toBe('VB307');
  });
  it('is trusted where it does not say what it offers', () => {
    expect(check(moduleFile(), { cpu: [] })).not.toThrow();
  });
  it('is asked only for what the manifest requires of its architecture', () => {
    expect(check({ bytes: elf({ machine: 183 }), mode: 0o755 }, { arch: 'arm64', cpu: ['asimd'] })).not.toThrow();
  });
  it('is not asked anything for a module without a manifest', () => {
    expect(check(moduleFile(), { cpu: ['sse2'] }, { ...search, manifest: null })).not.toThrow();
  });
});

describe('the OnLoad function', () => {
  function find(bytes: Buffer, names?: readonly string[]) {
    return findOnLoad({ readAt: (_, offset, length) => bytes.subarray(offset, offset + length) }, '/m/x.so', names);
  }

  describe.each(['gnu', 'sysv'] as const)('in a table of %s hashes', (hashes) => {
    it.each([
      ['ValkeyModule_OnLoad'],
      ['RedisModule_OnLoad'],
      ['first', 'ValkeyModule_OnLoad', 'last'],
      ['first', 'second', 'RedisModule_OnLoad'],
    ])('the function of a module is found among %s %s', (...defined) => {
      expect(find(loadableObject({ hashes, defined }))).toBe('defined');
    });
    it.each([
      ['a library that defines others', { defined: ['cos', 'ValkeyModule_OnLoadX', 'xRedisModule_OnLoad'] }],
      ['a library that defines nothing', { defined: [] }],
      ['what only wants it of another file', { defined: ['cos'], wanted: ['ValkeyModule_OnLoad'] }],
      ['what needs no library', { defined: ['cos'], needed: [] }],
      ['what needs libraries of the system', { defined: [], needed: ['libstdc++.so.6', 'libm.so.6', 'libssl.so.3'] }],
    ])('it is missing from %s', (_, traits) => {
      expect(find(loadableObject({ hashes, ...traits }))).toBe('missing');
    });
  });

  describe('it is unclear', () => {
    it.each([
      ['where a library that is needed may define it', { defined: [], needed: ['libc.so.6', 'libsearch-core.so.1'] }],
      ['where another object lends its symbols (DT_AUXILIARY)', { defined: [], dynamic: [[0x7ffffffd, 1]] as const }],
      ['where there is no table of hashes', { defined: [], hashes: 'none' as const }],
    ])('%s', (_, traits) => {
      expect(find(loadableObject(traits))).toBe('unclear');
    });
    it.each([
      ['what is empty', Buffer.alloc(0)],
      ['text', Buffer.from('#!/bin/sh\n'.repeat(20))],
      ['a header alone', loadableObject({ defined: [] }).subarray(0, 64)],
    ])('for %s', (_, bytes) => {
      expect(find(bytes)).toBe('unclear');
    });
    it('wherever the file is cut off', () => {
      const whole = loadableObject({ defined: [] });
      for (let length = 0; length < whole.length; length++) expect(find(whole.subarray(0, length))).toBe('unclear');
    });
    it('where it is the file of a machine with the bytes the other way round', () => {
      const bytes = loadableObject({ defined: [] });
      bytes[5] = 2;
      expect(find(bytes)).toBe('unclear');
    });
  });

  it('damaged bytes never make it fail, nor read much', () => {
    const whole = [loadableObject(), loadableObject({ hashes: 'sysv' })];
    const damage = fc.array(fc.tuple(fc.nat(whole[0]?.length ?? 0), fc.integer({ min: 0, max: 255 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...whole), damage, (original, changes) => {
        const bytes = Buffer.from(original);
        for (const [index, value] of changes) bytes[index] = value;
        let read = 0;
        const readAt = (_: string, offset: number, length: number): Buffer => {
          read += length;
          return bytes.subarray(offset, offset + length);
        };
        expect(['defined', 'missing', 'unclear']).toContain(findOnLoad({ readAt }, '/m/x.so'));
        expect(read).toBeLessThan(1_500_000);
      }),
      { numRuns: 2000 },
    );
  });

  describe('a library of this machine', () => {
    const library = libraryOfThisMachine();
    it.runIf(library !== null)('is no module', () => {
      expect(findOnLoad(realFiles, library ?? '')).toBe('missing');
    });
    it.runIf(library !== null)('defines what it defines, and not what it only wants', () => {
      expect(findOnLoad(realFiles, library ?? '', ['cosh'])).toBe('defined');
      expect(findOnLoad(realFiles, library ?? '', ['__cxa_finalize'])).toBe('missing');
    });
    it('that is not there is unclear', () => {
      expect(findOnLoad(realFiles, '/none/libm.so.6')).toBe('unclear');
    });
  });

  /** The mathematics of the C library that this process itself has loaded. */
  function libraryOfThisMachine(): string | null {
    const report: unknown = process.report.getReport();
    if (typeof report !== 'object' || report === null || !('sharedObjects' in report)) return null;
    const loaded = Array.isArray(report.sharedObjects) ? report.sharedObjects.map(String) : [];
    return loaded.find((path) => /\/libm\.so\.6$/.test(path)) ?? null;
  }
});
