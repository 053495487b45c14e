import { describe, expect, it } from 'vitest';
import { checkModuleFile } from '../../../../entrypoint/modules/preflight.ts';
import { asBytes } from '../../../../entrypoint/text/bytes.ts';
import { elf, moduleFile } from '../../../support/elf.ts';
import { fakeHost, type World } from '../../../support/fake-host.ts';
import { manifests } from '../../../support/fake-image.ts';
import type { Spec } from '../../../support/fake-tree.ts';
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
