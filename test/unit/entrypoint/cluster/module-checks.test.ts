import { describe, expect, it } from 'vitest';
import {
  checkModules,
  modulePorts,
  type NodeModules,
  readModules,
} from '../../../../entrypoint/cluster/module-checks.ts';
import { manifests } from '../../../support/fake-image.ts';

const search = { name: 'search', version: 10002, args: ['--use-coordinator', '--reader-threads', '8'] };
const json = { name: 'json', version: 10002, args: [] };
const node = (name: string, modules = [json, search], settings: Record<string, string> = {}): NodeModules => ({
  name,
  modules,
  settings: new Map(Object.entries(settings)),
});

describe('modules', () => {
  it('that are the same everywhere are fine, in whatever order they were loaded', () => {
    expect(checkModules([node('a'), node('b', [search, json])]).problems).toEqual([]);
  });
  it.each<[string, NodeModules, readonly RegExp[]]>([
    ['that a node lacks', node('b', [json]), [/^b lacks search/]],
    ['that a node has alone', node('b', [json, search, { name: 'x', version: 1, args: [] }]), [/^b has x/]],
    ['of another version', node('b', [json, { ...search, version: 10201 }]), [/^b has version 10201 of search/]],
    ['with other arguments', node('b', [json, { ...search, args: ['--reader-threads', '8'] }]), [/^b has search with/]],
    [
      'with the same words in another sense',
      node('b', [json, { ...search, args: ['8', ...search.args.slice(0, 2)] }]),
      [/^b/],
    ],
    [
      'with another directive',
      node('b', [json, search], { 'search.reader-threads': '4' }),
      [/^b has search.reader-threads 4/],
    ],
  ])('%s are named', (_, other, expected) => {
    const { problems } = checkModules([node('a'), other]);
    expect(problems).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern);
  });
  it('differ without their secrets being shown', () => {
    const secret = (name: string, value: string) =>
      node(name, [{ name: 'ldap', version: 1, args: ['search_bind_passwd', value] }], {
        'ldap.search_bind_passwd': value,
      });
    const text = checkModules([secret('a', 'hidden1'), secret('b', 'hidden2')]).problems.join('\n');
    expect(text).toContain('ldap.search_bind_passwd');
    expect(text).not.toContain('hidden');
  });
});

describe('ports of modules', () => {
  it('are those whose option is given', () => {
    expect(modulePorts([node('a'), node('b', [json, { ...search, args: [] }])], manifests)).toEqual([
      { node: 'a', module: 'search', name: 'coordinator', offset: 20294 },
    ]);
  });
});

describe('MODULE LIST', () => {
  it('is read from a flat reply', () => {
    const reply = [
      ['name', 'search', 'ver', 10002, 'path', '/x.so', 'args', ['--a', '1']],
      ['name', 'lua', 'ver', 1],
    ];
    expect(readModules(reply)).toEqual([
      { name: 'search', version: 10002, args: ['--a', '1'] },
      { name: 'lua', version: 1, args: [] },
    ]);
  });
  it('of another shape is none', () =>
    expect([readModules(null), readModules('x'), readModules([7])]).toEqual([[], [], []]));
});
