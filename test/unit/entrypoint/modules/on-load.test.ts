import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realFiles } from '../../../../entrypoint/host/files.ts';
import { findOnLoad } from '../../../../entrypoint/modules/preflight.ts';
import { loadableObject } from '../../../support/loadable-object.ts';

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
  const damage = fc.array(fc.tuple(fc.nat(whole[0]?.length ?? 0), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
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
