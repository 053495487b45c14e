import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../../scripts/problems/pipeline-error.ts';
import { readReference } from '../../../scripts/verify/reference.ts';

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
