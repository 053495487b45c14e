import { describe, expect, it } from 'vitest';
import { releaseLine } from '../../../scripts/data/release-line.ts';
import { lineBundle } from '../../../scripts/image/bundle.ts';
import type { BuildRecord } from '../../../scripts/image/labels.ts';
import { record } from '../../support/build-record.ts';

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
