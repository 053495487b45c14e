import { expect, test } from 'vitest';
import { previousRelease } from '../../../scripts/release-notes/previous-release.ts';

/** Which version line 9.0 had at a tag. */
const versions: Readonly<Record<string, string>> = {
  'v9.0.3-20260901': '9.0.3',
  'v9.0.4-20261001': '9.0.4',
  'v9.1.0-20261015': '9.0.4',
  'v9.0.4-20261101': '9.0.4',
};
const versionAt = async (tag: string): Promise<string | null> => versions[tag] ?? null;
const tags = Object.keys(versions);

test.each([
  ['the newest release of the line, not of another one', tags, 'v9.0.4-20261122', 'v9.0.4-20261101'],
  ['the one before itself', tags, 'v9.0.4-20261101', 'v9.0.4-20261001'],
  ['not one of a later day, when an old tag is released again', tags, 'v9.0.4-20261001', 'v9.0.3-20260901'],
  ['the newest one for a tag of another form', tags, 'next', 'v9.0.4-20261101'],
  ['none for the first', ['v9.1.0-20261015', 'v1.0', 'something'], 'v9.0.4-20261122', null],
])('the release before is %s', async (_title, known, own, expected) => {
  expect(await previousRelease(known, own, versionAt)).toBe(expected);
});
