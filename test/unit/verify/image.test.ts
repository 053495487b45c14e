import { describe, expect, it, test } from 'vitest';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import { readReference, shownReference } from '../../../scripts/verify/image.ts';

const digest = `sha256:${'a'.repeat(64)}`;

it.each(['valkey-bundle:local', 'valkey-bundle', 'localhost:5000/a/b:9.0'])(
  '%s is an image of this machine',
  (text) => {
    expect(readReference(text)).toEqual({ kind: 'local', text });
  },
);

it.each(['ghcr.io/kailas-cloud/valkey-bundle', 'localhost:5000/a', '127.0.0.1:5000/a/b', '[::1]:5000/a'])(
  'a digest of %s is one in a registry',
  (repository) => {
    const text = `${repository}@${digest}`;
    expect(readReference(text)).toEqual({ kind: 'digest', text, repository, digest });
  },
);

describe('VP408', () => {
  it.each([
    'ghcr.io/x@sha256:abc',
    `ghcr.io/x@md5:${'a'.repeat(32)}`,
    `valkey-bundle@${digest}`,
    `@${digest}`,
    `ghcr.io/x@${digest.toUpperCase()}`,
    `ghcr.io/x:9.0@${digest}`,
    'two words',
    '-v',
    '',
  ])('%s', (text) => {
    expect(() => readReference(text)).toThrow(expect.objectContaining({ code: 'VP408' }));
    expect(() => readReference(text)).toThrow(PipelineError);
  });
});

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
