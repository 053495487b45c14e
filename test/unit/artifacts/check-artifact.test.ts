import { describe, expect, it } from 'vitest';
import { checkArtifact } from '../../../scripts/artifacts/check-artifact.ts';
import { readSharedObject } from '../../../scripts/artifacts/shared-object.ts';
import { type ModuleTraits, sharedObject } from '../../support/shared-object.ts';

const base = {
  libraries: ['libc.so.6', 'libm.so.6', 'libstdc++.so.6', 'libplain.so.1'],
  symbolVersions: {
    'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.34', 'GLIBC_2.36'],
    'libstdc++.so.6': ['GLIBCXX_3.4', 'GLIBCXX_3.4.30'],
  },
};

function codes(traits: ModuleTraits, architecture: 'amd64' | 'arm64' = 'amd64'): string[] {
  return checkArtifact(sharedObject(traits), architecture, base).problems.map(({ code }) => code);
}

describe('an artifact is put in place only if a server on the base would load it', () => {
  it('one that exports ValkeyModule_OnLoad and needs what the base has is fine', () => {
    expect(codes({ needed: ['libc.so.6', 'libm.so.6'], versions: { 'libc.so.6': ['GLIBC_2.34'] } })).toEqual([]);
  });

  it('RedisModule_OnLoad will do too', () => {
    expect(codes({ exported: ['other', 'RedisModule_OnLoad'] })).toEqual([]);
  });

  it.each<[string, ModuleTraits, string]>([
    ['for another machine', { machine: 183 }, 'VP303'],
    ['for a machine that nobody named', { machine: 8 }, 'VP303'],
    ['that exports no OnLoad', { exported: ['valkey_module_onload'] }, 'VP304'],
    ['that only imports OnLoad', { exported: [], imported: ['ValkeyModule_OnLoad'] }, 'VP304'],
    ['that needs a library the base lacks', { needed: ['libc.so.6', 'libssl.so.3'] }, 'VP305'],
    ['linked with a newer glibc', { versions: { 'libc.so.6': ['GLIBC_2.34', 'GLIBC_2.38'] } }, 'VP306'],
    ['linked with a newer libstdc++', { versions: { 'libstdc++.so.6': ['GLIBCXX_3.4.32'] } }, 'VP306'],
    ['that is a program', { type: 2 }, 'VP307'],
  ])('one %s is refused', (_, traits, code) => {
    expect(codes(traits)).toEqual([code]);
  });

  it('an arm64 module fits arm64', () => {
    expect(codes({ machine: 183 }, 'arm64')).toEqual([]);
  });

  it('every problem is named, with what was found', () => {
    const { problems } = checkArtifact(
      sharedObject({ machine: 183, exported: [], needed: ['libx.so.1'], versions: { 'libc.so.6': ['GLIBC_2.99'] } }),
      'amd64',
      base,
    );
    expect(problems.map(({ code, what }) => `${code} ${what}`)).toEqual([
      'VP303 is for arm64, and the platform is amd64',
      'VP304 exports neither ValkeyModule_OnLoad nor RedisModule_OnLoad',
      'VP305 needs libx.so.1, which the base does not have',
      'VP306 needs GLIBC_2.99 of libc.so.6, which is older in the base',
    ]);
  });

  it('a library that defines no versions is not asked for one', () => {
    expect(codes({ needed: ['libplain.so.1'], versions: { 'libplain.so.1': ['PLAIN_1'] } })).toEqual([]);
  });
});

describe('a file that is no shared object is refused, whatever it is', () => {
  const whole = sharedObject();
  it.each<[string, Buffer]>([
    ['text', Buffer.from('#!/bin/sh\n')],
    ['nothing', Buffer.alloc(0)],
    ['a header alone', whole.subarray(0, 64)],
    ['a half', whole.subarray(0, whole.length / 2)],
    ['one byte short', whole.subarray(0, whole.length - 1)],
    ['32-bit', Buffer.from(whole.map((byte, index) => (index === 4 ? 1 : byte)))],
  ])('%s', (_, bytes) => {
    expect(checkArtifact(bytes, 'amd64', base).problems.map(({ code }) => code)).toEqual(['VP307']);
  });
});

describe('hardening is read from the file', () => {
  const of = (traits: ModuleTraits) => readSharedObject(sharedObject(traits)).hardening;

  it('a bare module has none but a stack that is not executable', () => {
    expect(of({ relro: false })).toEqual({
      relro: false,
      bindNow: false,
      nxStack: true,
      stackProtector: false,
      fortify: false,
    });
  });

  it.each<[string, ModuleTraits]>([
    ['DT_BIND_NOW', { dynamic: [[24, 0]] }],
    ['DT_FLAGS with DF_BIND_NOW', { dynamic: [[30, 8]] }],
    ['DT_FLAGS_1 with DF_1_NOW', { dynamic: [[0x6ffffffb, 1]] }],
  ])('BIND_NOW shows as %s', (_, traits) => {
    expect(of(traits).bindNow).toBe(true);
  });

  it('other flags are not BIND_NOW', () => {
    expect(
      of({
        dynamic: [
          [30, 4],
          [0x6ffffffb, 8],
        ],
      }).bindNow,
    ).toBe(false);
  });

  it('an executable stack shows', () => {
    expect(of({ execStack: true }).nxStack).toBe(false);
  });

  it('a protector and fortified calls show as imports', () => {
    expect(of({ imported: ['__stack_chk_fail'] })).toMatchObject({ stackProtector: true, fortify: false });
    expect(of({ imported: ['__memcpy_chk'] })).toMatchObject({ stackProtector: false, fortify: true });
  });
});

describe('reading a shared object', () => {
  it('gives libraries, versions by library, and names in the order of the file', () => {
    const versions = { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.34'], 'libm.so.6': ['GLIBC_2.29'] };
    const object = readSharedObject(
      sharedObject({ needed: ['libm.so.6', 'libc.so.6'], versions, exported: ['b', 'a'] }),
    );
    expect(object).toMatchObject({ needed: ['libm.so.6', 'libc.so.6'], versions, exported: ['b', 'a'], machine: 62 });
  });
});
