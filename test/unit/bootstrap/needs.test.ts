import { describe, expect, it } from 'vitest';
import { allProjects, chooseProjects, engineNeed } from '../../../scripts/bootstrap/needs.mjs';
import config from '../../../vitest.config.ts';

describe('what a verb wants of a Docker engine', () => {
  it.each<[string, 'start' | 'find' | 'none']>([
    ['start', 'start'],
    ['build --line 9.0', 'start'],
    ['build --dry-run', 'none'],
    ['build --help', 'none'],
    ['publish --line 9.0', 'none'],
    ['publish --stage --line 9.0', 'start'],
    ['publish --stage --dry-run --line 9.0', 'start'],
    ['publish --stage --help', 'none'],
    ['stop', 'find'],
    ['stop -h', 'none'],
    ['check', 'none'],
    ['test', 'start'],
    ['test --help', 'none'],
    ['test unit', 'none'],
    ['test unit golden', 'none'],
    ['test unit real', 'start'],
    ['test kube', 'start'],
    ['test full', 'start'],
    ['test test/unit/scripts', 'none'],
    ['test test/unit', 'none'],
    ['test test/golden/golden', 'none'],
    ['test test/golden/golden test/unit/build', 'none'],
    ['test test/unit/matrix/merge', 'none'],
    ['test test/real/matrix/merge', 'start'],
    ['test test/kube/', 'start'],
    ['test test/real/health', 'start'],
    ['test test/full/deploy-scale', 'start'],
    ['test test/unit/scripts test/real/health', 'start'],
    ['test test/', 'start'],
    ['test elsewhere/', 'start'],
  ])('%s: %s', (words, need) => {
    const [verb = '', ...args] = words.split(' ');
    expect(engineNeed(verb, args)).toBe(need);
  });
});

describe('the projects that npm test runs', () => {
  it.each<[string, readonly string[]]>([
    ['unit golden', ['unit', 'golden']],
    ['test/unit/scripts', ['unit']],
    ['test/kube/', ['kube']],
    ['test/full/deploy-scale', ['full']],
    ['test/unit/host/cluster test/golden/', ['unit', 'golden']],
    ['elsewhere/', allProjects],
    ['unit test/real/health', ['unit']],
  ])('for %s are %j', (words, projects) => {
    expect(chooseProjects(words.split(' '))).toEqual(projects);
  });

  it('without a word are all but those that take too long', () => {
    expect([...chooseProjects([]), 'full'].sort()).toEqual([...allProjects].sort());
  });

  it('are those of vitest.config.ts, each in its folder', () => {
    const projects = (config.test?.projects ?? []).map((project) =>
      typeof project === 'object' && 'test' in project ? project.test : undefined,
    );
    expect(projects.map((test) => test?.name).sort()).toEqual([...allProjects].sort());
    for (const test of projects) {
      const [include = ''] = test?.include ?? [];
      expect(chooseProjects([include.replace('**/*', 'some')])).toEqual([test?.name]);
    }
  });
});
