import { describe, expect, it } from 'vitest';
import { globPaths } from '../../../../entrypoint/conf/glob.ts';
import { fakeTree } from '../../../support/fake-tree.ts';

function glob(pattern: string, paths: readonly string[], cwd = '/'): string[] {
  const tree = fakeTree(Object.fromEntries(paths.map((path) => [path, ''])));
  return globPaths(pattern, cwd, {
    exists: tree.stands,
    list: (path) => (tree.look(path)?.kind === 'directory' ? tree.names(path) : null),
  });
}

describe('one component', () => {
  it.each([
    ['*.conf', ['/a.conf', '/b.txt', '/.c.conf'], ['/a.conf']],
    ['.*.conf', ['/a.conf', '/.c.conf'], ['/.c.conf']],
    ['[.]c', ['/.c'], []],
    ['?.c', ['/a.c', '/ab.c'], ['/a.c']],
    ['[ab].c', ['/a.c', '/b.c', '/c.c'], ['/a.c', '/b.c']],
    ['[!ab].c', ['/a.c', '/c.c'], ['/c.c']],
    ['[^ab].c', ['/a.c', '/c.c'], ['/c.c']],
    ['[a-c]', ['/b', '/d', '/-'], ['/b']],
    ['[a-]', ['/a', '/-'], ['/-', '/a']],
    ['[]a]', ['/]', '/a'], ['/]', '/a']],
    ['[a', ['/[a', '/a'], ['/[a']],
    ['[[:digit:]]*', ['/1x', '/x1'], ['/1x']],
    ['\\*', ['/*', '/a'], ['/*']],
    ['[\\]]', ['/]'], ['/]']],
    ['a?\\', ['/ab', '/ab\\'], []],
    ['[x-', ['/[x-', '/x'], []],
    ['[][-', ['/[][-', '/x'], ['/[][-']],
    ['[x*', ['/[x', '/x'], ['/[x']],
    ['[[=a=]b]', ['/a', '/b', '/='], ['/a', '/b']],
    ['[[.a.]-c]', ['/b', '/d', '/.'], ['/b']],
    ['a*', ['/a', '/ab', '/b'], ['/a', '/ab']],
    ['{a,b}*', ['/a', '/{a,b}c'], ['/{a,b}c']],
    ['+(a)*', ['/a', '/+(a)'], ['/+(a)']],
    ['a.c*', ['/a.c', '/abc'], ['/a.c']],
  ])('%s among %j finds %j', (pattern, paths, expected) => expect(glob(pattern, paths)).toEqual(expected));
});

describe('several components', () => {
  it.each([
    ['/e/*/x', ['/e/a/x', '/e/b/x', '/e/c/y'], ['/e/a/x', '/e/b/x']],
    ['/e/**/x', ['/e/a/x', '/e/a/b/x', '/e/x'], ['/e/a/x']],
    ['/e/*', ['/e/a/x', '/e/b'], ['/e/a', '/e/b']],
    ['/none/*', ['/e/a'], []],
    ['/e\\/a*', ['/e/a', '/e\\/a'], ['/e/a']],
    ['/*\\/a', ['/e/a'], ['/e/a']],
    ['\\e/a*', ['/e/a'], ['/e/a']],
    ['/e/a*/', ['/e/a/x', '/e/ab'], []],
    ['/e/a/*', ['/e/a'], []],
  ])('%s among %j finds %j', (pattern, paths, expected) => expect(glob(pattern, paths)).toEqual(expected));
});

it('a relative pattern counts from the working directory', () => {
  expect(glob('d/*', ['/srv/d/a', '/d/b'], '/srv')).toEqual(['/srv/d/a']);
});

it('a wildcard stands for bytes, so one ? is half of a character of two bytes', () => {
  expect(glob('?', ['/é', '/e'])).toEqual(['/e']);
  expect(glob('??', ['/é', '/e'])).toEqual(['/é']);
});

it('matches come in byte order', () => {
  expect(glob('*', ['/b', '/a', '/B', '/é', '/~'])).toEqual(['/B', '/a', '/b', '/~', '/é']);
});

it('a link that leads nowhere is found, as glob(3) finds it', () => {
  const tree = fakeTree({ '/d/gone.conf': { link: '/nowhere' } });
  const found = globPaths('/d/*', '/', { exists: tree.stands, list: tree.names });
  expect(found).toEqual(['/d/gone.conf']);
});
