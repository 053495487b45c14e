import { expect, it } from 'vitest';
import * as z from 'zod';
import { type BuildRun, provenanceOf, readBuildRun } from '../../../scripts/supply/provenance.ts';
import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';
import { contentOf } from './fake-registry.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

const resource = z.object({
  name: z.string(),
  uri: z.string(),
  digest: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const predicate = z.object({
  buildDefinition: z.object({
    buildType: z.url(),
    externalParameters: z.record(z.string(), z.unknown()),
    internalParameters: z.record(z.string(), z.record(z.string(), z.looseObject({ builderImage: z.string() }))),
    resolvedDependencies: z.array(resource),
  }),
  runDetails: z.object({
    builder: z.object({ id: z.url() }),
    metadata: z.object({ invocationId: z.url() }).optional(),
  }),
});

const run: BuildRun = {
  builder: 'https://github.com/kailas-cloud/valkey-bundle/.github/workflows/release.yml@refs/tags/v1',
  invocation: 'https://github.com/kailas-cloud/valkey-bundle/actions/runs/1/attempts/1',
  repository: 'kailas-cloud/valkey-bundle',
  ref: 'refs/tags/v1',
  commit: hex('7', 40),
};
const commits = [hex('7', 40)];

function provenance(builds: readonly SbomInputs[], of: BuildRun = run, from: readonly string[] = commits) {
  const { buildDefinition, runDetails } = predicate.parse(provenanceOf(builds.map(contentOf), of, from));
  const find = (name: string) => buildDefinition.resolvedDependencies.find((entry) => entry.name === name);
  return { buildDefinition, runDetails, find };
}

it('every module is a resolved dependency with its commit', () => {
  const { find } = provenance([inputsWith([builtModule('search')])]);
  expect(find('search')).toEqual({
    name: 'search',
    uri: 'git+https://github.com/example/search@refs/tags/1.0.2',
    digest: { gitCommit: hex('a', 40) },
  });
});

it('the base has its digest, the project its commit', () => {
  const { find } = provenance([inputsWith([])]);
  expect(find('base')?.digest).toEqual({ sha256: hex('d', 64) });
  expect(find('valkey-bundle')).toEqual({
    name: 'valkey-bundle',
    uri: 'git+https://github.com/kailas-cloud/valkey-bundle@refs/tags/v1',
    digest: { gitCommit: hex('7', 40) },
  });
});

it('a changed working copy is said to be one', () => {
  const { find } = provenance([inputsWith([])], run, [`${hex('7', 40)}-dirty`]);
  expect(find('valkey-bundle')).toMatchObject({
    digest: { gitCommit: hex('7', 40) },
    annotations: { changed: expect.any(String) },
  });
});

it('what floats has no digest, and says so', () => {
  const dependencies = [
    { name: 'grpc', origin: 'https://github.com/grpc/grpc', version: `v1 ${hex('e', 40)}`, pinned: true },
    { name: 'rustc', origin: 'rustup', version: 'as found', pinned: false },
  ];
  const { find } = provenance([inputsWith([builtModule('search', { dependencies })])]);
  expect(find('search: grpc')).toMatchObject({ digest: { gitCommit: hex('e', 40) }, annotations: { pinned: 'true' } });
  expect(find('search: rustc')?.digest).toBeUndefined();
  expect(find('search: rustc')?.annotations).toEqual({ version: 'as found', pinned: 'false' });
});

it('two platforms of one source share its entry, and have steps of their own', () => {
  const amd = inputsWith([builtModule('search')]);
  const { buildDefinition } = provenance([amd, { ...amd, architecture: 'arm64' }]);
  expect(buildDefinition.resolvedDependencies.filter(({ name }) => name === 'search')).toHaveLength(1);
  expect(Object.keys(buildDefinition.internalParameters)).toEqual(['linux/amd64', 'linux/arm64']);
  expect(buildDefinition.externalParameters).toMatchObject({ line: '9.0', platforms: ['linux/amd64', 'linux/arm64'] });
});

it('how a module was made is told as its record tells it', () => {
  const { buildDefinition } = provenance([inputsWith([builtModule('search')])]);
  expect(buildDefinition.internalParameters['linux/amd64']?.['search']).toEqual({
    builderImage: `example.org/base@sha256:${hex('b', 64)}`,
    epoch: 1_700_000_000,
    toolchain: { gcc: 'gcc 14' },
    result: { file: 'libsearch.so', sha256: hex('c', 64) },
  });
});

it('a module of a binary package is named by its package, whatever the platform', () => {
  const source = { kind: 'debian-package', package: 'knot', version: '3.5.8-1', sha256: {} } as const;
  const packaged = { kind: 'packaged', name: 'knot', file: 'knot.so', licence: 'GPL-2.0-or-later', source } as const;
  const amd = inputsWith([packaged]);
  const { buildDefinition } = provenance([amd, { ...amd, architecture: 'arm64' }]);
  expect(buildDefinition.resolvedDependencies.filter(({ name }) => name === 'knot')).toEqual([
    { name: 'knot', uri: 'pkg:deb/debian/knot@3.5.8-1' },
  ]);
});

it('the same records give the same bytes', () => {
  const text = () => JSON.stringify(provenanceOf([contentOf(inputsWith([builtModule('search')]))], run, commits));
  expect(text()).toBe(text());
});

it('a workflow is the builder, and its run the invocation', () => {
  const env = {
    GITHUB_REPOSITORY: 'kailas-cloud/valkey-bundle',
    GITHUB_WORKFLOW_REF: 'kailas-cloud/valkey-bundle/.github/workflows/release.yml@refs/tags/v1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_REF: 'refs/tags/v1',
    GITHUB_SHA: hex('7', 40),
  };
  expect(readBuildRun(env)).toEqual(run);
});

it('outside of a workflow nobody vouches for the machine', () => {
  const { runDetails } = provenance([inputsWith([])], readBuildRun({ GITHUB_SHA: hex('7', 40) }));
  expect(runDetails.builder.id).toMatch(/#built-by-hand$/);
  expect(runDetails.metadata).toBeUndefined();
});
