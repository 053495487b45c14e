import { describe, expect, test } from 'vitest';
import { type ReleaseLine, releaseLine } from '../../../scripts/data/release-line.ts';
import { tagsOf } from '../../../scripts/publish/plan.ts';

const filling = { valkey: '9.0.4', date: '20261002' };
const variants = (tags: Readonly<Record<string, readonly string[]>>): ReleaseLine['variants'] =>
  releaseLine.shape.variants.parse(
    Object.fromEntries(
      Object.entries(tags).map(([name, list]) => [name, { tags: list, defaults: { moduleArgs: [], directives: [] } }]),
    ),
  );

describe('the tags of a line', () => {
  test('are its templates filled in; those with {valkey} name a version', () => {
    const wish = variants({
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
    expect(tagsOf({ line: '9.0', variants: variants({ default: ['9.0', '{line}'] }) }, filling)).toHaveLength(1);
  });

  test.each([
    ['a word in braces that nobody knows', { default: ['{server}'] }],
    ['a tag of more than 128 characters', { default: ['x'.repeat(129)] }],
    ['the tags of images that are tested', { default: ['staging-{line}'] }],
    ['one tag of two variants', { default: ['{line}'], coordinator: ['9.0'] }],
  ])('are refused with VP511 for %s', (_, tags) => {
    expect(() => tagsOf({ line: '9.0', variants: variants(tags) }, filling)).toThrow(
      expect.objectContaining({ code: 'VP511' }),
    );
  });

  test('are refused with VP511 where the version has a letter that no tag may have', () => {
    const wish = { line: '9.0', variants: variants({ default: ['{valkey}'] }) };
    expect(() => tagsOf(wish, { ...filling, valkey: '9.1.0~rc1' })).toThrow(expect.objectContaining({ code: 'VP511' }));
  });
});
