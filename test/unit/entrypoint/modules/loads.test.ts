import { describe, expect, it } from 'vitest';
import { assignLines, loadLinesOf } from '../../../../entrypoint/modules/loads.ts';
import { directives } from '../../../support/conf-lines.ts';
import { moduleFile } from '../../../support/elf.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { manifests } from '../../../support/fake-image.ts';
import { moduleOf } from '../../../support/merge-module.ts';
import { refusalOf } from '../../../support/refusal.ts';

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
