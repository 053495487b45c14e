import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadManifests } from '../../../scripts/data/manifests.ts';

const root = join(import.meta.dirname, '..', '..', '..');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'manifests-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(folder: string, text: string): void {
  mkdirSync(join(dir, folder));
  writeFileSync(join(dir, folder, 'module.yaml'), text);
}

function manifest(changes: Record<string, string> = {}): string {
  const lines = {
    name: 'echo',
    title: 'Echo',
    repository: 'https://example.com/echo',
    licence: 'MIT',
    file: 'libecho.so',
    loadName: 'echo',
    loadArgs: '{ style: plain }',
    ...changes,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

/** A dependency `a` of a build. */
function asked(when: string): string {
  return `{ name: a, repository: "https://a", ref: x, licence: MIT, pin: tag, ${when} }`;
}

function failure(): string {
  try {
    loadManifests(dir);
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(`${dir}/`, '') : String(error);
  }
  return 'no error';
}

describe("the project's own manifests", () => {
  const own = loadManifests(join(root, 'modules'));
  const options = (name: string) => own.find((one) => one.name === name)?.loadArgs.options ?? {};

  it('are read, sorted by name', () => {
    expect(own.map(({ name }) => name)).toEqual(['bloom', 'json', 'knot', 'ldap', 'redisearch', 'search']);
  });

  it('load search after json', () => {
    expect(own.find(({ name }) => name === 'search')?.loadAfter).toEqual(['json']);
  });

  it('know the five arguments of search 1.0', () => {
    const first = Object.entries(options('search')).filter(([, { since }]) => since === undefined);
    expect(first.map(([name]) => name).sort()).toEqual([
      'hnsw-block-size',
      'log-level',
      'reader-threads',
      'use-coordinator',
      'writer-threads',
    ]);
  });

  it('give --use-coordinator no value and no directive', () => {
    expect(options('search')['use-coordinator']).toEqual({ type: 'flag' });
  });

  it("keep the password of ldap's search a secret, and nothing else", () => {
    const secrets = own.flatMap(({ loadArgs }) => Object.entries(loadArgs.options).filter(([, { secret }]) => secret));
    expect(secrets.map(([name]) => name)).toEqual(['search_bind_passwd']);
  });

  it('name every directive <configPrefix>.<option>', () => {
    for (const { loadArgs } of own) {
      for (const [name, { config }] of Object.entries(loadArgs.options)) {
        if (config !== undefined) expect(config).toBe(`${loadArgs.configPrefix}.${name}`);
      }
    }
  });

  it('begin with the line that tells an editor the schema', () => {
    for (const { name } of own) {
      const text = readFileSync(join(root, 'modules', name, 'module.yaml'), 'utf8');
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/module\.schema\.json\n/);
    }
  });
});

describe('a directory of manifests', () => {
  it('may hold one that says no more than it must', () => {
    write('echo', manifest());
    expect(loadManifests(dir)).toEqual([
      {
        name: 'echo',
        title: 'Echo',
        repository: 'https://example.com/echo',
        licence: 'MIT',
        file: 'libecho.so',
        loadName: 'echo',
        loadArgs: { style: 'plain', options: {} },
        loadAfter: [],
        requires: {},
        ports: [],
        smoke: [],
      },
    ]);
  });

  it('may hold the release lines beside the modules', () => {
    mkdirSync(join(dir, 'releases'));
    expect(loadManifests(dir)).toEqual([]);
  });

  it('may not hold a folder without a manifest', () => {
    mkdirSync(join(dir, 'empty'));
    expect(failure()).toContain('empty/module.yaml: cannot be read');
  });
});

describe('a bad manifest', () => {
  it.each([
    ['broken YAML', manifest({ title: 'a: b' }), 'echo/module.yaml:2:8: Nested mappings', 'YAML 1.2'],
    ['a key twice', `${manifest()}name: echo\n`, 'echo/module.yaml:8:1: Map keys must be unique', 'YAML'],
    ['an empty file', '', 'echo/module.yaml:1:1: the manifest', 'write an object'],
    [
      'a key that is missing',
      manifest().replace('title: Echo\n', ''),
      'echo/module.yaml:1:1: title is missing',
      'add it',
    ],
    [
      'an unknown key',
      manifest({ nmae: 'x' }),
      'echo/module.yaml:8:7: the manifest has no key nmae',
      'correct its name',
    ],
    [
      'a wrong type',
      manifest({ title: '[1]' }),
      'echo/module.yaml:2:8: title has the wrong type, got [1]',
      'write a string',
    ],
    [
      'a wrong word',
      manifest({ loadArgs: '{ style: flag }' }),
      ':7:20: loadArgs.style is not one of',
      'flags, pairs, config',
    ],
    [
      'a path as file',
      manifest({ file: 'lib/echo.so' }),
      ':5:7: file has the wrong form, got "lib/echo.so"',
      'write /',
    ],
    [
      'a name that is not its folder',
      manifest({ name: 'other' }),
      ':1:7: name differs from the folder echo',
      'name: echo',
    ],
    [
      'an unknown predecessor',
      manifest({ loadAfter: '[jsn]' }),
      ':8:13: no module has the name jsn',
      'write one of echo',
    ],
    [
      'an unknown key of an option',
      manifest({ loadArgs: '{ style: flags, options: { a: { type: flag, minimum: 1 } } }' }),
      ':7:64: loadArgs.options.a has no key minimum',
      'correct its name',
    ],
    [
      'an enum without words',
      manifest({ loadArgs: '{ style: flags, options: { a: { type: enum } } }' }),
      ':7:49: a is an enum without words',
      'values',
    ],
    [
      'a min above the max',
      manifest({ loadArgs: '{ style: flags, options: { a: { type: integer, min: 2, max: 1 } } }' }),
      ':7:63: a has a min above its max, got 2 and 1',
      'exchange',
    ],
    [
      'a directive of another module',
      manifest({ loadArgs: '{ style: flags, configPrefix: e, options: { a: { type: string, config: f.a } } }' }),
      ':7:82: a has a directive that does not begin with the configPrefix, got f.a',
      'write e.a',
    ],
    [
      'a dependency twice for one release',
      manifest({ build: `{ dependencies: [${asked('below: 1.2.1')}, ${asked('since: "1.2"')}] }` }),
      'a is named twice for release 1.2.0',
      'below',
    ],
  ])('with %s is refused with its place and the fix', (_, text, place, fix) => {
    write('echo', text);
    const message = failure();
    expect(message).toMatch(/^VP10[12] /);
    expect(message).toContain(place);
    expect(message.slice(message.indexOf('fix: '))).toContain(fix);
  });

  it('is shown with a caret below the place', () => {
    write('echo', manifest({ title: '[1]' }));
    expect(failure()).toContain('\n  | title: [1]\n  |        ^\n  fix: write a string');
  });

  it('does not hide the problems of another one', () => {
    write('a', manifest({ name: 'b' }));
    write('c', manifest({ name: 'c', file: 'libc.so', title: '1' }));
    expect(failure()).toContain('a/module.yaml:1:7');
    expect(failure()).toContain('c/module.yaml:2:8');
  });
});

it('a dependency may be asked for in one way by some releases, and in another by later ones', () => {
  write('echo', manifest({ build: `{ dependencies: [${asked('below: 1.2.1')}, ${asked('since: 1.2.1')}] }` }));
  expect(failure()).toBe('no error');
});

describe('two manifests', () => {
  it('with one file name are refused', () => {
    write('a', manifest({ name: 'a', env: 'A' }));
    write('b', manifest({ name: 'b', env: 'B' }));
    expect(failure()).toContain('VP102 b/module.yaml:5:7: the file libecho.so belongs to the module a already');
  });

  it('with one variable, derived from the file or named, are refused', () => {
    write('a', manifest({ name: 'a', file: 'libvalkey_echo.so' }));
    write('b', manifest({ name: 'b', file: 'b.so', env: 'ECHO' }));
    expect(failure()).toContain('b/module.yaml:8:6: the variable ECHO_MODULE_ARGS belongs to the module a already');
  });

  it('with an env of their own may derive one variable from their files', () => {
    write('a', manifest({ name: 'a' }));
    write('b', manifest({ name: 'b', file: 'echo.so', env: 'ECHO2' }));
    expect(loadManifests(dir).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
