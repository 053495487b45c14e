import { describe, expect, test } from 'vitest';
import { type ReleaseLine, releaseLine } from '../../../scripts/data/release-line.ts';
import type { Manifest } from '../../../scripts/lib/registry/manifest.ts';
import {
  type Existing,
  type PublishAction,
  planPublish,
  showPlan,
  type Tag,
  tagsOf,
} from '../../../scripts/publish/plan.ts';

const index = (name: string): Manifest => ({ digest: `sha256:${name}`, mediaType: 'index', body: Buffer.from(name) });
const children = [{ platform: 'linux/amd64', digest: 'sha256:a' }];
const variants = [
  { variant: 'default', index: index('default'), children },
  { variant: 'coordinator', index: index('coordinator'), children },
];
const tags: readonly Tag[] = [
  { name: 'latest', variant: 'default', isVersion: false },
  { name: '9.0', variant: 'default', isVersion: false },
  { name: '9.0.4', variant: 'default', isVersion: true },
  { name: '9.0-coordinator', variant: 'coordinator', isVersion: false },
  { name: '9.0.4-coordinator', variant: 'coordinator', isVersion: true },
];
const existing = (found: Readonly<Record<string, string>> = {}, indexes: readonly string[] = []): Existing => ({
  indexes: new Set(indexes),
  tags: new Map(tags.map(({ name }) => [name, found[name] ?? null])),
});
const all = Object.fromEntries(tags.map(({ name, variant }) => [name, `sha256:${variant}`]));
const short = (actions: readonly PublishAction[]): string[] =>
  actions.map(({ verdict, reference }) => `${verdict} ${reference}`);
const verdictOf = (found: Existing, reference: string, mayMove = false): string | undefined =>
  planPublish(variants, tags, found, mayMove).find((action) => action.reference === reference)?.verdict;

describe('the plan', () => {
  test('writes every index before any tag, and every version tag before those that roll on', () => {
    expect(short(planPublish(variants, tags, existing(), false))).toEqual([
      'create sha256:default',
      'create sha256:coordinator',
      'create 9.0.4',
      'create 9.0.4-coordinator',
      'create latest',
      'create 9.0',
      'create 9.0-coordinator',
    ]);
  });

  test('leads each tag to the index of its variant', () => {
    for (const { target, variant, index: to } of planPublish(variants, tags, existing(), false)) {
      expect([target, to.digest]).toEqual([expect.stringMatching(/index|tag/), `sha256:${variant}`]);
    }
  });

  test('keeps everything that is right', () => {
    const plan = planPublish(variants, tags, existing(all, ['sha256:default', 'sha256:coordinator']), false);
    expect(new Set(plan.map(({ verdict }) => verdict))).toEqual(new Set(['keep']));
  });

  test.each([
    ['9.0', {}, false, 'create'],
    ['9.0', { '9.0': 'sha256:default' }, false, 'keep'],
    ['9.0', { '9.0': 'sha256:other' }, false, 'move'],
    ['9.0', { '9.0': 'sha256:coordinator' }, false, 'move'],
    ['9.0.4', {}, false, 'create'],
    ['9.0.4', { '9.0.4': 'sha256:default' }, false, 'keep'],
    ['9.0.4', { '9.0.4': 'sha256:other' }, false, 'refuse'],
    ['9.0.4', { '9.0.4': 'sha256:other' }, true, 'move'],
    ['9.0.4', { '9.0.4': 'sha256:default' }, true, 'keep'],
    ['9.0.4-coordinator', { '9.0.4-coordinator': 'sha256:default' }, false, 'refuse'],
  ])('for %s where the registry has %j and moving versions is %s: %s', (tag, found, mayMove, verdict) => {
    expect(verdictOf(existing(found), tag, mayMove)).toBe(verdict);
  });

  test('writes an index again that the registry has lost, although the tags name it', () => {
    expect(verdictOf(existing(all), 'sha256:default')).toBe('create');
  });

  test('is shown with every index, its images, and every step', () => {
    const actions = planPublish(variants, tags, existing({ '9.0.4': 'sha256:other', '9.0': 'sha256:old' }), false);
    const plan = { line: '9.0', repository: 'ghcr.io/a/b', valkey: '9.0.4', variants, actions };
    expect(showPlan(plan).split('\n')).toEqual([
      'line 9.0, valkey 9.0.4, to ghcr.io/a/b',
      '  default: sha256:default',
      '    linux/amd64  sha256:a',
      '  coordinator: sha256:coordinator',
      '    linux/amd64  sha256:a',
      'create  index sha256:default (default)',
      'create  index sha256:coordinator (coordinator)',
      'refuse  tag   9.0.4 -> sha256:default (default, was sha256:other)',
      'create  tag   9.0.4-coordinator -> sha256:coordinator (coordinator)',
      'create  tag   latest -> sha256:default (default)',
      'move    tag   9.0 -> sha256:default (default, was sha256:old)',
      'create  tag   9.0-coordinator -> sha256:coordinator (coordinator)',
    ]);
    const done = planPublish(variants, tags, existing(all, ['sha256:default', 'sha256:coordinator']), false);
    expect(showPlan({ ...plan, actions: done })).toContain('nothing to do');
  });
});

const filling = { valkey: '9.0.4', date: '20261002' };
const variantsOf = (tags: Readonly<Record<string, readonly string[]>>): ReleaseLine['variants'] =>
  releaseLine.shape.variants.parse(
    Object.fromEntries(
      Object.entries(tags).map(([name, list]) => [name, { tags: list, defaults: { moduleArgs: [], directives: [] } }]),
    ),
  );

describe('the tags of a line', () => {
  test('are its templates filled in; those with {valkey} name a version', () => {
    const wish = variantsOf({
      default: ['{line}', 'latest', '{valkey}', '{valkey}-{date}'],
      coordinator: ['{line}-coordinator'],
    });
    expect(tagsOf({ line: '9.0', variants: wish }, filling)).toEqual([
      { name: '9.0', variant: 'default', isVersion: false },
      { name: 'latest', variant: 'default', isVersion: false },
      { name: '9.0.4', variant: 'default', isVersion: true },
      { name: '9.0.4-20261002', variant: 'default', isVersion: true },
      { name: '9.0-coordinator', variant: 'coordinator', isVersion: false },
    ]);
  });

  test('name one tag once, also where two templates give it', () => {
    expect(tagsOf({ line: '9.0', variants: variantsOf({ default: ['9.0', '{line}'] }) }, filling)).toHaveLength(1);
  });

  test.each([
    ['a word in braces that nobody knows', { default: ['{server}'] }],
    ['a tag of more than 128 characters', { default: ['x'.repeat(129)] }],
    ['the tags of images that are tested', { default: ['staging-{line}'] }],
    ['one tag of two variants', { default: ['{line}'], coordinator: ['9.0'] }],
  ])('are refused with VP511 for %s', (_, tags) => {
    expect(() => tagsOf({ line: '9.0', variants: variantsOf(tags) }, filling)).toThrow(
      expect.objectContaining({ code: 'VP511' }),
    );
  });

  test('are refused with VP511 where the version has a letter that no tag may have', () => {
    const wish = { line: '9.0', variants: variantsOf({ default: ['{valkey}'] }) };
    expect(() => tagsOf(wish, { ...filling, valkey: '9.1.0~rc1' })).toThrow(expect.objectContaining({ code: 'VP511' }));
  });
});
