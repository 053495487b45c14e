import { describe, expect, it } from 'vitest';
import {
  checkModules,
  checkViews,
  modulePorts,
  type NodeModules,
  readNodeModules,
} from '../../../../entrypoint/cluster/checks.ts';
import type { View } from '../../../../entrypoint/cluster/view.ts';
import type { Reply } from '../../../../entrypoint/host/host.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { clusterOf, type FakeNode, idOf, three, viewOf } from '../../../support/cluster-view.ts';
import { failing } from '../../../support/fake-cluster-replies.ts';
import { manifests } from '../../../support/fake-image.ts';

/** The names of the checks that fail. */
function failingChecks(views: readonly View[]): string[] {
  return checkViews(views).flatMap(({ name, problems }) => (problems.length > 0 ? [name] : []));
}

const changed = (letter: string, change: Partial<FakeNode>): FakeNode[] =>
  three.map((node) => (node.letter === letter ? { ...node, ...change } : node));
const [a, b, c] = clusterOf(three);
if (a === undefined || b === undefined || c === undefined) throw new Error('three views');

it('a healthy cluster passes every check', () => expect(failingChecks([a, b, c])).toEqual([]));

describe('a check fails', () => {
  it.each<[string, readonly View[], string[]]>([
    ['where one node says that the state is not ok', [a, b, { ...c, state: 'fail' }], ['state']],
    [
      'where slots have no owner, though every node says ok',
      clusterOf(changed('b', { slots: '5461-9999' })),
      ['slots'],
    ],
    ['where a slot has two owners', clusterOf(changed('b', { slots: '5460-10922' })), ['slots']],
    ['where a slot is on its way', clusterOf(changed('b', { slots: `5461-10922 [5461->-${idOf('a')}]` })), ['slots']],
    [
      'where one node sees other owners',
      [a, b, viewOf('c', [{ letter: 'a', slots: '0-99' }, { letter: 'b', slots: '100-10922' }, ...three.slice(2)])],
      ['slots'],
    ],
    ['where one node does not know another one', [a, b, viewOf('c', three.slice(1))], ['slots', 'links']],
    [
      'where every node says ok and one that owns slots is away',
      clusterOf(changed('c', { flags: 'master,fail' })).slice(0, 2),
      ['links'],
    ],
    [
      'where one node does not reach another one',
      [a, b, viewOf('c', changed('a', { flags: 'master,fail?' }))],
      ['links'],
    ],
    ['where one node does not hear another one', [a, b, viewOf('c', changed('a', { isHeard: false }))], ['links']],
    [
      'where a replica has not got the data of its primary',
      clusterOf([...three, { letter: 'd', flags: 'slave', primary: 'a', epoch: 10 }]).map((view) =>
        view.name === 'd:6379' ? { ...view, isBehind: true } : view,
      ),
      ['replicas'],
    ],
    ['where one node is behind', [a, b, { ...c, epoch: 14 }], ['epochs']],
    ['where one node has another epoch for a node', [a, b, viewOf('c', changed('a', { epoch: 3 }))], ['epochs']],
    ['where two primaries have one epoch', clusterOf(changed('b', { epoch: 10 })), ['epochs']],
  ])('%s', (_, views, expected) => expect(failingChecks(views)).toEqual(expected));
});

it('a slot that its owner gave up has no owner, though the others have not heard of it', () => {
  const [, slots] = checkViews([b, c, viewOf('a', changed('a', { slots: '1-5460' }))]);
  expect(slots?.problems).toContain('nobody owns 0 (1 slots)');
});

it('a problem names the node', () => {
  const [state] = checkViews([a, b, { ...c, state: 'fail' }]);
  expect(state?.problems).toEqual(['c:6379 says fail']);
});

describe('modules of nodes', () => {
  const search = {
    name: 'search',
    version: 10002,
    path: '/s.so',
    args: ['--use-coordinator', '--reader-threads', '8'],
  };
  const json = { name: 'json', version: 10002, path: '/j.so', args: [] };
  const node = (name: string, modules = [json, search], settings: Record<string, string> = {}): NodeModules => ({
    name,
    modules,
    settings: new Map(Object.entries(settings)),
    problems: [],
  });

  describe('modules', () => {
    it('that are the same everywhere are fine, in whatever order they were loaded', () => {
      expect(checkModules([node('a'), node('b', [search, json])]).problems).toEqual([]);
    });
    it.each<[string, NodeModules, readonly RegExp[]]>([
      ['that a node lacks', node('b', [json]), [/^b lacks search/]],
      [
        'that a node has alone',
        node('b', [json, search, { name: 'x', version: 1, path: '/x.so', args: [] }]),
        [/^b has x/],
      ],
      ['of another version', node('b', [json, { ...search, version: 10201 }]), [/^b has version 10201 of search/]],
      [
        'with other arguments',
        node('b', [json, { ...search, args: ['--reader-threads', '8'] }]),
        [/^b has search with/],
      ],
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
        node(name, [{ name: 'ldap', version: 1, path: '/l.so', args: ['search_bind_passwd', value] }], {
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

  describe('what a node says about its modules', () => {
    const said = (...replies: Reply[]) => readNodeModules('a', { kind: 'replies', replies }, manifests);
    const text = (...words: string[]) => words.map(bytesOf);
    const [name, ver, path, args] = text('name', 'ver', 'path', 'args');
    const entry = (module: string, ...words: string[]): Reply => [
      ...[name ?? null, bytesOf(module), ver ?? null, 10002],
      ...[path ?? null, bytesOf('/x.so'), args ?? null, text(...words)],
    ];
    const settings = text('search.reader-threads', '8');

    it('is read from flat replies', () => {
      const lua: Reply = [name ?? null, bytesOf('lua'), ver ?? null, 1];
      expect(said([entry('search', '--a', '1'), lua], settings)).toEqual({
        name: 'a',
        modules: [
          { name: 'search', version: 10002, path: '/x.so', args: ['--a', '1'] },
          { name: 'lua', version: 1, path: '', args: [] },
        ],
        settings: new Map([['search.reader-threads', '8']]),
        problems: [],
      });
    });
    it.each<[string, Reply[], RegExp]>([
      ['a list that is denied', [failing('NOPERM no'), settings], /^a: MODULE LIST: NOPERM no$/],
      ['directives that are denied', [[entry('search')], failing('NOPERM no')], /^a: CONFIG GET: NOPERM no$/],
      ['a list of another shape', [text('x'), settings], /^a: MODULE LIST: an answer of another shape$/],
      ['an entry without a name', [[[ver ?? null, 1]], settings], /^a: MODULE LIST: an answer of another shape$/],
      ['no list at all', [null, settings], /^a: MODULE LIST/],
      ['directives of another shape', [[entry('search')], text('x')], /^a: CONFIG GET/],
      ['a module without directives', [[entry('search')], []], /^a: MODULE LIST has search, and CONFIG GET/],
      ['directives without their module', [[], settings], /^a: CONFIG GET search\.\* has directives, and MODULE LIST/],
    ])('fails with its reason: %s', (_, replies, problem) => {
      const node = said(...replies);
      expect(node.problems).toEqual([expect.stringMatching(problem)]);
      expect(checkModules([node]).problems).toEqual(node.problems);
    });
    it('fails where the node says nothing', () => {
      const answer = { kind: 'failed', what: 'connection', why: 'connection closed' } as const;
      expect(readNodeModules('a', answer, manifests)).toMatchObject({
        modules: null,
        problems: ['a: connection closed'],
      });
    });
  });
});
