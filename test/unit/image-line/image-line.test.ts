import { describe, expect, it } from 'vitest';
import { releaseLine } from '../../../scripts/data/release-line.ts';
import { imageLabels } from '../../../scripts/image-line/image-labels.ts';
import { lineBundle } from '../../../scripts/image-line/line-bundle.ts';
import type { BuildRecord } from '../../../scripts/pipeline/records.ts';

const record: BuildRecord = {
  module: 'search',
  version: '1.0.2',
  origin: 'https://github.com/valkey-io/valkey-search',
  tag: '1.0.2',
  commit: 'a'.repeat(40),
  licence: 'BSD-3-Clause',
  builder: 'script',
  builderImage: 'base@sha256:1',
  command: ['./build.sh'],
  environment: { SOURCE_DATE_EPOCH: '1700000000' },
  toolchain: {},
  dependencies: [],
  file: 'libsearch.so',
  sha256: '0'.repeat(64),
  size: 1,
};
const fromDebian: BuildRecord = {
  ...record,
  module: 'redisearch',
  version: '1.2.2',
  origin: 'Debian source package redisearch',
  tag: '1:1.2.2-4',
  commit: null,
};
const when = { 'cluster-enabled': 'yes' };
const line = releaseLine.parse({
  line: '9.0',
  base: { image: 'docker.io/valkey/valkey', tag: '9.0.4' },
  platforms: ['linux/amd64'],
  modules: {
    search: { tag: '1.0.2' },
    redisearch: { debianSource: { package: 'redisearch', suites: ['sid'] } },
    knot: { debianPackage: { package: 'redis-module-knot', suites: ['sid'], file: 'x/knot.so' } },
  },
  variants: {
    default: { tags: ['{line}'], defaults: { moduleArgs: [], directives: [] } },
    coordinator: {
      tags: ['{line}-coordinator'],
      defaults: { moduleArgs: [{ module: 'search', args: '--use-coordinator', when }], directives: [] },
    },
  },
});
const packaged = {
  knot: { version: '3.5.8-1', origin: 'Debian package redis-module-knot 3.5.8-1 (sid)' },
  redisearch: { version: '1:1.2.1-1', origin: 'Debian package redis-redisearch 1:1.2.1-1 (sid)' },
  other: { version: '1', origin: 'Debian package other 1 (sid)' },
};
const input = { line, valkey: '9.0.4', built: [record, fromDebian], packaged };

describe('bundle.json of a line', () => {
  it('names the modules of the line with where they come from: what was built takes the place of a package', () => {
    expect(lineBundle({ ...input, variant: 'default' }).modules).toEqual({
      knot: { version: '3.5.8', origin: 'Debian package redis-module-knot 3.5.8-1 (sid)' },
      redisearch: { version: '1.2.2', origin: 'Debian source package redisearch 1:1.2.2-4, built from source' },
      search: {
        version: '1.0.2',
        commit: 'a'.repeat(40),
        origin: 'https://github.com/valkey-io/valkey-search tag 1.0.2, built from source',
      },
    });
  });

  it('variants differ in their defaults alone', () => {
    const { defaults, ...rest } = lineBundle({ ...input, variant: 'default' });
    const { defaults: others, ...same } = lineBundle({ ...input, variant: 'coordinator' });
    expect(same).toEqual(rest);
    expect(defaults.moduleArgs).toEqual([]);
    expect(others.moduleArgs).toEqual([{ module: 'search', args: '--use-coordinator', when }]);
  });
});

describe('the labels of an image', () => {
  const about = {
    line: '9.0',
    variant: 'default',
    valkey: '9.0.4',
    base: { reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${'1'.repeat(64)}` },
    built: [record],
    licences: ['BSD-3-Clause', 'MIT OR Apache-2.0', 'BSD-3-Clause'],
    created: 1_700_000_000,
    inputs: 'f'.repeat(64),
    lock: 'd'.repeat(64),
    sbom: 'e'.repeat(64),
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
    const base = { reference: 'valkey-bundle-base:0', digest: null };
    expect(Object.keys(imageLabels({ ...about, base }))).not.toContain('org.opencontainers.image.base.digest');
  });

  it('name line, variant, inputs and the list of components under our own prefix', () => {
    const own = Object.entries(imageLabels(about)).filter(([name]) => name.startsWith('io.github.kailas-cloud.'));
    expect(Object.fromEntries(own)).toEqual({
      'io.github.kailas-cloud.valkey-bundle.line': '9.0',
      'io.github.kailas-cloud.valkey-bundle.variant': 'default',
      'io.github.kailas-cloud.valkey-bundle.inputs': 'f'.repeat(64),
      'io.github.kailas-cloud.valkey-bundle.lock': 'd'.repeat(64),
      'io.github.kailas-cloud.valkey-bundle.sbom': 'e'.repeat(64),
    });
  });
});
