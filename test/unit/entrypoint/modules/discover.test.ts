import { describe, expect, it } from 'vitest';
import {
  assignLines,
  discover,
  loadLinesOf,
  readBundle,
  selectModules,
} from '../../../../entrypoint/modules/discover.ts';
import { BUNDLE_PATH, emptyBundle } from '../../../../entrypoint/modules/manifest.ts';
import { directives } from '../../../support/conf-lines.ts';
import { moduleFile } from '../../../support/elf.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { bundle, fakeImage, manifests } from '../../../support/fake-image.ts';
import type { Spec } from '../../../support/fake-tree.ts';
import { moduleOf } from '../../../support/merge-module.ts';
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

describe('load lines', () => {
  const files = {
    '/usr/lib/valkey/libsearch.so': moduleFile(),
    '/usr/lib/valkey/libjson.so': moduleFile(),
    '/opt/link.so': { link: '/usr/lib/valkey/libsearch.so' },
    '/opt/libsearch.so': moduleFile(),
    '/opt/a/libecho.so': moduleFile(),
    '/opt/b/libecho.so': moduleFile(),
    '/data/echo.so': { link: '/opt/a/libecho.so' },
  };

  /** `name: paths` for each module, those without lines left out. */
  function assign(conf: string, found = [moduleOf('json'), moduleOf('search')]): string[] {
    return assignLines(fakeHost({ files }), found, loadLinesOf(directives(conf), 'file'), '/data', manifests)
      .filter(({ lines }) => lines.length > 0)
      .map(({ module, lines }) => `${module.name}: ${lines.map(({ path }) => path).join(' ')}`);
  }

  describe('a load line is of a discovered module where it names', () => {
    it.each([
      ['its path', 'loadmodule /usr/lib/valkey/libsearch.so'],
      ['it by another spelling of its path', 'loadmodule /usr/lib/../lib/valkey//libsearch.so'],
      ['a link to it', 'loadmodule /opt/link.so'],
      ['a file of the same name elsewhere', 'loadmodule /opt/libsearch.so'],
      ['a relative path that leads to it', 'loadmodule ../usr/lib/valkey/libsearch.so'],
      ['a bare file name', 'loadmodule libsearch.so'],
      ['a missing file of the same name', 'loadmodule /none/libsearch.so'],
    ])('%s', (_, line) => expect(assign(line)).toEqual([`search: ${line.split(' ')[1]}`]));
  });

  describe('a load line of something else', () => {
    it('makes a module of its own', () => {
      expect(assign('loadmodule /opt/a/libecho.so')).toEqual(['echo: /opt/a/libecho.so']);
    });
    it('shares that module with a line that leads to the same file', () => {
      expect(assign('loadmodule /opt/a/libecho.so\nloadmodule echo.so')).toEqual(['echo: /opt/a/libecho.so echo.so']);
    });
    it('shares that module with a line that names the same file elsewhere, where a manifest knows the file', () => {
      expect(assign('loadmodule /opt/b/libecho.so\nloadmodule /opt/a/libecho.so')).toEqual([
        'echo: /opt/b/libecho.so',
        'echo: /opt/a/libecho.so',
      ]);
      expect(assign('loadmodule /opt/libsearch.so\nloadmodule /none/libsearch.so', [])).toEqual([
        'search: /opt/libsearch.so /none/libsearch.so',
      ]);
    });
    it('is that of a discovered one of the same file name, though no manifest knows it', () => {
      expect(assign('loadmodule /opt/a/libecho.so', [moduleOf('echo')])).toEqual(['echo: /opt/a/libecho.so']);
      expect(assign('loadmodule /opt/a/libecho.so\nloadmodule /opt/b/libecho.so', [moduleOf('echo')])).toEqual([
        'echo: /opt/a/libecho.so /opt/b/libecho.so',
      ]);
    });
    it('has the manifest of its file name', () => {
      const [own] = assignLines(
        fakeHost({ files }),
        [],
        loadLinesOf(directives('loadmodule /opt/libsearch.so'), 'file'),
        '/',
        manifests,
      );
      expect(own?.module.manifest?.name).toBe('search');
    });
  });

  it('lines are numbered as the server meets them', () => {
    expect(loadLinesOf(directives('loadmodule /a.so\nport 1\nloadmodule /b.so x y'), 'file')).toMatchObject([
      { path: '/a.so', args: [], position: 0, at: { line: 1 } },
      { path: '/b.so', args: ['x', 'y'], position: 1, at: { line: 3 } },
    ]);
  });

  it('a NUL byte in a path or an argument is refused', () => {
    expect(refusalOf(() => assign('loadmodule "/a\\x00.so"')).code).toBe('VB414');
    expect(refusalOf(() => assign('loadmodule /a.so "\\x00"')).code).toBe('VB414');
  });
});

describe('VALKEY_MODULES', () => {
  const { modules } = discover(fakeImage(), undefined, '/data', manifests);

  function selected(value: string | undefined): string[] {
    return [...selectModules(modules, value)].map(({ name }) => name).sort();
  }

  describe('VALKEY_MODULES', () => {
    const all = ['bloom', 'json', 'ldap', 'search'];
    it.each([
      [undefined, all],
      ['', all],
      ['all', all],
      ['none', []],
      ['search', ['search']],
      ['search json', ['json', 'search']],
      ['search,json', ['json', 'search']],
      [' search ,  json ', ['json', 'search']],
      ['SEARCH', ['search']],
      ['libsearch.so', ['search']],
      ['libvalkey_bloom.so', ['bloom']],
      ['-ldap', ['bloom', 'json', 'search']],
      ['-ldap -bloom', ['json', 'search']],
      ['-search,-json,-bloom,-ldap', []],
    ])('%j lets these be added: %j', (value, expected) => expect(selected(value)).toEqual(expected));

    it.each(['serach', 'search -ldap', 'all -ldap', 'none search', '-all', '-'])('%j is refused', (value) => {
      expect(refusalOf(() => selected(value))).toMatchObject({ code: 'VB204', at: { name: 'VALKEY_MODULES' } });
    });
  });
});

describe('bundle.json', () => {
  function read(text: string | null) {
    return readBundle(fakeHost({ files: text === null ? {} : { [BUNDLE_PATH]: text } }));
  }

  describe('bundle.json', () => {
    it('says what the image holds', () => {
      expect(read(JSON.stringify(bundle))).toEqual({ bundle, problem: null });
    });
    it.each([
      ['missing', null],
      ['no JSON', '{'],
      ['empty', ''],
      ['null', 'null'],
      ['a list', '[]'],
      ['of another version', JSON.stringify({ ...bundle, version: 2 })],
      ['without a server', JSON.stringify({ ...bundle, server: undefined })],
      ['without defaults', JSON.stringify({ ...bundle, defaults: null })],
      ['with wrong defaults', JSON.stringify({ ...bundle, defaults: { moduleArgs: {}, directives: [] } })],
    ])('that is %s gives the assumptions for a place without one, and a warning', (_, text) => {
      const { bundle: assumed, problem } = read(text);
      expect([assumed, problem?.code]).toEqual([emptyBundle, 'VB511']);
    });
  });
});
