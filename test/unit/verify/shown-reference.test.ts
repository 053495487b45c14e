import { expect, test } from 'vitest';
import { readReference } from '../../../scripts/verify/reference.ts';
import { shownReference } from '../../../scripts/verify/verify-image.ts';

const id = `sha256:${'1'.repeat(64)}`;
const name = 'valkey-bundle-line:9.0';

test.each<[what: string, given: string, names: string[] | null, shown: string]>([
  ['an id, with the names that it has', id, [name, 'other:1'], `${id} (${name}, other:1)`],
  ['an id alone where another image has taken its name', id, [], id],
  ['an id alone where the engine gives no list of names', id, null, id],
  ['a name as it was given', name, [name], name],
  ['a digest as it was given', `ghcr.io/o/r@${id}`, [name], `ghcr.io/o/r@${id}`],
])('a report shows %s', (_, given, names, shown) => {
  expect(shownReference(readReference(given), { Id: id, RepoTags: names })).toBe(shown);
});
