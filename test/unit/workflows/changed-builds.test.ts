import { describe, expect, test } from 'vitest';
import { changedBuilds, type DataState } from '../../../scripts/changed/changed-builds.ts';
import { commitA, commitB, debianLine, sampleLine, sampleLock } from './sample-line.ts';

const builders = new Map([
  ['search', 'script'],
  ['bloom', 'cargo'],
]);
const lock = { version: 1, lines: { '9.0': sampleLock({ search: commitA, bloom: commitA }) } } as const;
const before: DataState = { lines: [sampleLine(), debianLine()], lock, builders };

/** Which modules are built, by line, once for each platform. */
const built = (paths: string[], after: DataState, from: DataState | null = before): string[] =>
  changedBuilds(paths, from, after)
    .filter(({ platform }) => platform === 'linux/amd64')
    .map(({ line, module }) => `${line} ${module}`);

describe('what a change builds', () => {
  test.each<[string, string[], string[]]>([
    ['nothing for a change elsewhere', ['README.md', 'entrypoint/main.ts', 'docs/plan.md'], []],
    ['the module whose manifest changed', ['modules/search/module.yaml'], ['9.0 search']],
    ['nothing for the page of a module', ['modules/search/README.md'], []],
    ['the modules of a builder that changed', ['docker/builders/cargo.sh'], ['9.0 bloom']],
    ['everything for what all builders share', ['docker/builders/finish.sh'], ['9.0 bloom', '9.0 search']],
    ['everything for a change of the build graph', ['scripts/graph/dockerfile.ts'], ['9.0 bloom', '9.0 search']],
    ['everything for what fills manifests in', ['modules/schema.ts'], ['9.0 bloom', '9.0 search']],
    ['everything for what looks up a line', ['scripts/lines/wanted.ts'], ['9.0 bloom', '9.0 search']],
    ['everything for what runs a build', ['scripts/lib/programs.ts'], ['9.0 bloom', '9.0 search']],
    ['everything for other packages', ['package-lock.json'], ['9.0 bloom', '9.0 search']],
    ['nothing for a file whose name only begins alike', ['scripts/build-entrypoint.ts'], []],
    ['nothing for a module that no published line has', ['modules/redisearch/module.yaml'], []],
    ['nothing for a name that only begins alike', ['modules/search-next/module.yaml'], []],
  ])('%s', (_title, paths, expected) => {
    expect(built(paths, before)).toEqual(expected);
  });

  test.each<[string, Partial<DataState>, string[]]>([
    [
      'the module that has another version in the line',
      { lines: [sampleLine('9.0', '9.0.4', { search: { tag: '1.0.3' }, bloom: { tag: '1.0.0' } })] },
      ['9.0 search'],
    ],
    ['all modules of a line with another server', { lines: [sampleLine('9.0', '9.0.5')] }, ['9.0 bloom', '9.0 search']],
    ['a line that is new', { lines: [sampleLine(), sampleLine('9.1', '9.1.0')] }, ['9.1 bloom', '9.1 search']],
    [
      'the module that is locked to another commit',
      { lock: { version: 1, lines: { '9.0': sampleLock({ search: commitB, bloom: commitA }) } } },
      ['9.0 search'],
    ],
    [
      'all modules of a line whose base was rebuilt',
      {
        lock: {
          version: 1,
          lines: { '9.0': sampleLock({ search: commitA, bloom: commitA }, `sha256:${'2'.repeat(64)}`) },
        },
      },
      ['9.0 bloom', '9.0 search'],
    ],
    ['a line that was locked for the first time', { lock: { version: 1, lines: {} } }, ['9.0 bloom', '9.0 search']],
  ])('%s', (_title, difference, expected) => {
    expect(built(['modules/lock.json'], { ...before, ...difference })).toEqual(expected);
  });

  test('everything that is published where there is nothing to compare with', () => {
    expect(built([], before, null)).toEqual(['9.0 bloom', '9.0 search']);
  });

  test('each module once on the native runner of every platform, with the reason', () => {
    expect(changedBuilds(['modules/search/module.yaml'], before, before)).toEqual([
      {
        line: '9.0',
        module: 'search',
        platform: 'linux/amd64',
        arch: 'amd64',
        runner: 'ubuntu-24.04',
        locked: true,
        why: 'modules/search/module.yaml',
      },
      {
        line: '9.0',
        module: 'search',
        platform: 'linux/arm64',
        arch: 'arm64',
        runner: 'ubuntu-24.04-arm',
        locked: true,
        why: 'modules/search/module.yaml',
      },
    ]);
  });
});
