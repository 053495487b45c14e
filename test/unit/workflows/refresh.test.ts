import { describe, expect, test } from 'vitest';
import type { Newer } from '../../../scripts/inputs/newer.ts';
import { type LineChange, proposalOf } from '../../../scripts/refresh/proposal.ts';
import { pullRequestCalls } from '../../../scripts/refresh/pull-request.ts';
import { takePatches } from '../../../scripts/refresh/take-newer.ts';
import { commitA, commitB, sampleLine, sampleLock } from './sample-line.ts';

const was = { line: sampleLine(), locked: sampleLock({ search: commitA, bloom: commitA }), node: '26.10.0' };
const newer = {
  ...was,
  line: sampleLine('9.0', '9.0.4', { search: { tag: '1.0.3' }, bloom: { tag: '1.0.0' } }),
  locked: sampleLock({ search: commitB, bloom: commitA }),
};
const change = (now: LineChange['now'], from: LineChange['was'] = was, line = '9.0'): LineChange => ({
  line,
  was: from,
  now,
});

describe('the pull request of a refresh', () => {
  test('is none where no line differs from what is committed', () => {
    expect(proposalOf([change(was)])).toBeNull();
  });

  test('names what is newer, in its title and with the commits, and leaves out what is not', () => {
    const proposal = proposalOf([change(newer), change(was, was, '9.1')]);
    expect(proposal?.title).toBe('Take newer inputs (9.0: search 1.0.3)');
    expect(proposal?.body).toContain(`compare/${commitA}...${commitB}`);
    expect(proposal?.body).not.toContain('bloom');
    expect(proposal?.body).not.toContain('Line 9.1');
  });

  test('is made for a base image that was rebuilt', () => {
    const rebuilt = { ...was, locked: sampleLock({ search: commitA, bloom: commitA }, `sha256:${'2'.repeat(64)}`) };
    expect(proposalOf([change(rebuilt)])?.title).toBe('Take newer inputs (9.0: base)');
  });

  test('is made for a line that is locked for the first time', () => {
    expect(proposalOf([change(was, { ...was, locked: null })])?.title).toBe(
      'Take newer inputs (9.0: base, bloom, search)',
    );
  });

  test('names a module that left the line', () => {
    const fewer = {
      ...was,
      line: sampleLine('9.0', '9.0.4', { search: { tag: '1.0.2' } }),
      locked: sampleLock({ search: commitA }),
    };
    expect(proposalOf([change(fewer)])?.title).toBe('Take newer inputs (9.0: without bloom)');
  });

  test('names newer version lines without taking them', () => {
    const notTaken = { line: '9.0', input: 'search', current: '1.0.3', available: '1.2.1' };
    expect(proposalOf([change(newer)], [notTaken])?.body).toContain('- 9.0: search 1.2.1 (has 1.0.3)');
  });

  test.each([
    ['opens one where none is open', null, ['gh', 'pr', 'create', '--base', 'main', '--head', 'refresh/inputs']],
    ['brings the open one up to date', '12', ['gh', 'pr', 'edit', '12']],
  ])('%s, and starts the checks last', (_title, open, words) => {
    const calls = pullRequestCalls({ title: 'T', body: 'B' }, 'body.md', 'main', open);
    expect(calls.at(-2)?.slice(0, words.length)).toEqual(words);
    expect(calls.at(-1)).toEqual(['gh', 'workflow', 'run', 'ci.yml', '--ref', 'refresh/inputs']);
  });

  test('commits nothing outside modules, and pushes only after the commit', () => {
    const verbs = pullRequestCalls({ title: 'T', body: 'B' }, 'body.md', 'main', null).map((call) => call.join(' '));
    expect(verbs[1]).toBe('git add -- modules');
    expect(verbs.findIndex((call) => call.includes(' commit '))).toBeLessThan(
      verbs.findIndex((call) => call.startsWith('git push')),
    );
  });
});

describe('taking what is newer', () => {
  const text = `# A line.
line: "9.0"
valkey: 9.0.4
base:
  image: docker.io/valkey/valkey # Debian
  tag: 9.0.4-trixie
modules:
  search: { tag: 1.0.2 } # the first
  bloom: { tag: "1.0.0" }
`;
  const found = (input: string, kind: Newer['kind'], available: string): Newer => ({
    line: '9.0',
    input,
    kind,
    current: '',
    available,
  });

  test('changes the tag of a module and nothing else', () => {
    expect(takePatches(text, [found('search', 'patch', '1.0.3')])).toBe(text.replace('1.0.2', '1.0.3'));
  });

  test('keeps the quotes of a value', () => {
    expect(takePatches(text, [found('bloom', 'patch', '1.0.1')])).toBe(text.replace('"1.0.0"', '"1.0.1"'));
  });

  test('changes the version of the server along with the tag of its image', () => {
    const taken = takePatches(text, [found('base', 'patch', '9.0.5-trixie'), found('search', 'patch', '1.0.10')]);
    expect(taken).toBe(text.replaceAll('9.0.4', '9.0.5').replace('1.0.2', '1.0.10'));
  });

  test.each(['line', 'rebuild', 'package'] as const)('leaves the text as it is for what is newer as a %s', (kind) => {
    expect(takePatches(text, [found('search', kind, '1.2.1')])).toBe(text);
  });

  test('refuses a module that the line does not have, instead of adding it', () => {
    expect(() => takePatches(text, [found('json', 'patch', '1.0.3')])).toThrow('modules.json.tag');
  });
});
