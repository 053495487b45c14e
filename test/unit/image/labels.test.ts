import { describe, expect, it } from 'vitest';
import { imageLabels, imageTag } from '../../../scripts/image/labels.ts';
import { record } from '../../support/build-record.ts';

describe('the labels of an image', () => {
  const about = {
    line: '9.0',
    variant: 'default',
    base: { valkey: '9.0.4', reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${'1'.repeat(64)}` },
    built: [record],
    licences: ['BSD-3-Clause', 'MIT OR Apache-2.0', 'BSD-3-Clause'],
    created: 1_700_000_000,
    lock: 'f'.repeat(64),
    revision: { 'org.opencontainers.image.revision': 'b'.repeat(40) },
  };
  const oci = (name: string, over: Partial<typeof about> = {}) =>
    imageLabels({ ...about, ...over })[`org.opencontainers.image.${name}`];

  it('say what it is made of, and when the newest of it was made', () => {
    expect(oci('version')).toBe('9.0.4');
    expect(oci('version', { variant: 'coordinator' })).toBe('9.0.4-coordinator');
    expect(oci('created')).toBe('2023-11-14T22:13:20Z');
    expect(oci('licenses')).toBe('BSD-3-Clause AND (MIT OR Apache-2.0)');
    expect(oci('base.name')).toBe('docker.io/valkey/valkey:9.0.4');
    expect(oci('base.digest')).toBe(`sha256:${'1'.repeat(64)}`);
    expect(oci('revision')).toBe('b'.repeat(40));
  });

  it('name no digest for a base that has none', () => {
    const base = { valkey: '9.0.4', reference: 'valkey-bundle-base:0', digest: null };
    expect(Object.keys(imageLabels({ ...about, base }))).not.toContain('org.opencontainers.image.base.digest');
  });

  it('name line, variant and what the line is locked to under our own prefix', () => {
    const own = Object.entries(imageLabels(about)).filter(([name]) => name.startsWith('io.github.kailas-cloud.'));
    expect(Object.fromEntries(own)).toEqual({
      'io.github.kailas-cloud.valkey-bundle.line': '9.0',
      'io.github.kailas-cloud.valkey-bundle.variant': 'default',
      'io.github.kailas-cloud.valkey-bundle.lock': 'f'.repeat(64),
    });
  });
});

it('an image is found in the engine by its line and variant', () => {
  expect([imageTag('9.0', 'default'), imageTag('9.0', 'coordinator')]).toEqual([
    'valkey-bundle-line:9.0',
    'valkey-bundle-line:9.0-coordinator',
  ]);
});
