import type { BuildRecord } from '../../scripts/image/labels.ts';

/** The record of a build that was not made. */
export const record: BuildRecord = {
  module: 'search',
  version: '1.0.2',
  origin: 'https://github.com/valkey-io/valkey-search',
  tag: '1.0.2',
  commit: 'a'.repeat(40),
  licence: 'BSD-3-Clause',
  builderImage: 'base@sha256:1',
  epoch: 1_700_000_000,
  toolchain: {},
  dependencies: [],
  file: 'libsearch.so',
  sha256: '0'.repeat(64),
  size: 1,
};
