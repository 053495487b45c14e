import { describe, expect, it } from 'vitest';
import { discover } from '../../../../entrypoint/modules/discover.ts';
import { moduleFile } from '../../../support/elf.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { manifests } from '../../../support/fake-image.ts';
import type { Spec } from '../../../support/fake-tree.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

function found(files: Readonly<Record<string, Spec>>, directory?: string) {
  return discover(fakeHost({ files }), directory, '/data', manifests);
}

function names(files: Readonly<Record<string, Spec>>, directory?: string): string[] {
  return found(files, directory).modules.map(({ name }) => name);
}

describe('the modules of a directory', () => {
  it('are its *.so files, by file name', () => {
    const files = {
      '/usr/lib/valkey/libsearch.so': '',
      '/usr/lib/valkey/libjson.so': '',
      '/usr/lib/valkey/readme': '',
    };
    expect(names(files)).toEqual(['json', 'search']);
  });
  it.each(['libvalkey_bloom.so.bak', '.libsearch.so', '.so', 'libx.SO', 'libx.so.1'])('do not count %s', (file) => {
    expect(names({ [`/usr/lib/valkey/${file}`]: '' })).toEqual([]);
  });
  it('do not count those of subfolders', () => {
    expect(names({ '/usr/lib/valkey/old/libsearch.so': '' })).toEqual([]);
  });
  it('stand where MODULE_DIR says, with or without a slash at its end', () => {
    const files = { '/opt/m/libjson.so': '' };
    expect(found(files, '/opt/m/').modules[0]?.path).toBe('/opt/m/libjson.so');
    expect(found(files, '/opt/m').modules[0]?.path).toBe('/opt/m/libjson.so');
  });
  it('stand in the default directory where MODULE_DIR is empty', () => {
    expect(names({ '/usr/lib/valkey/libjson.so': '' }, '')).toEqual(['json']);
  });
  it('stand in a directory that counts from the working directory where MODULE_DIR is relative', () => {
    expect(found({ '/data/m/libjson.so': '' }, 'm').modules[0]?.path).toBe('/data/m/libjson.so');
  });
  it('have the name and the variable of their manifest', () => {
    const [bloom] = found({ '/usr/lib/valkey/libvalkey_bloom.so': '' }).modules;
    expect([bloom?.name, bloom?.variable, bloom?.manifest?.loadName]).toEqual(['bloom', 'BLOOM', 'bf']);
  });
  it('have a name made from the file where there is no manifest', () => {
    const [own] = found({ '/usr/lib/valkey/libvalkey_my-own.so': '' }).modules;
    expect([own?.name, own?.variable, own?.manifest]).toEqual(['my-own', 'MY_OWN', null]);
  });
  it('are one where two names lead to one file', () => {
    const files = { '/usr/lib/valkey/libjson.so': moduleFile(), '/usr/lib/valkey/libjson2.so': { link: 'libjson.so' } };
    expect(names(files)).toEqual(['json']);
  });
  it('are known by the name that a manifest has where two names lead to one file', () => {
    const files = {
      '/usr/lib/valkey/libsearch.so': moduleFile(),
      '/usr/lib/valkey/alias.so': { link: 'libsearch.so' },
    };
    expect(names(files)).toEqual(['search']);
  });
  it('may be links out of the directory', () => {
    const files = { '/usr/lib/valkey/libjson.so': { link: '/opt/json-1.0.2.so' }, '/opt/json-1.0.2.so': moduleFile() };
    expect(found(files).modules[0]).toMatchObject({ name: 'json', realPath: '/opt/json-1.0.2.so' });
  });
});

describe('a directory that cannot be used', () => {
  it('is refused where MODULE_DIR names it', () => {
    expect(refusalOf(() => found({}, '/none'))).toMatchObject({ code: 'VB207', at: { name: 'MODULE_DIR' } });
    expect(refusalOf(() => found({ '/file': '' }, '/file')).code).toBe('VB207');
  });
  it('is a warning where it is the default one', () => {
    const { modules, warnings } = found({});
    expect([modules, codesOf(warnings)]).toEqual([[], ['VB208']]);
  });
});

it('two files that would take one variable are refused', () => {
  const files = { '/usr/lib/valkey/libecho.so': 'a', '/usr/lib/valkey/echo.so': 'b' };
  expect(refusalOf(() => found(files)).code).toBe('VB301');
});
