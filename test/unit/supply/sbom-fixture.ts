import type { SbomInputs } from '../../../scripts/supply/sbom-inputs.ts';

type Built = Extract<SbomInputs['modules'][number], { kind: 'built' }>;

/** Digests and commits that belong to nothing. */
export const hex = (digit: string, length: number): string => digit.repeat(length);

/** build.json of a module, as the build writes it. */
export function builtModule(name: string, over: Partial<Built['record']> = {}, crates: Built['crates'] = []): Built {
  return {
    kind: 'built',
    crates,
    record: {
      module: name,
      version: '1.0.2',
      origin: `https://github.com/example/${name}`,
      tag: '1.0.2',
      commit: hex('a', 40),
      licence: 'BSD-3-Clause',
      builderImage: `example.org/base@sha256:${hex('b', 64)}`,
      epoch: 1_700_000_000,
      toolchain: { gcc: 'gcc 14' },
      dependencies: [],
      file: `lib${name}.so`,
      sha256: hex('c', 64),
      size: 1,
      ...over,
    },
  };
}

/** A line on an official image, with the given modules. */
export function inputsWith(modules: SbomInputs['modules'], over: Partial<SbomInputs> = {}): SbomInputs {
  return {
    line: '9.0',
    architecture: 'amd64',
    entrypoint: { version: '0.1.0', node: '26.10.0' },
    base: {
      reference: 'docker.io/valkey/valkey:9.0.4',
      digest: `sha256:${hex('d', 64)}`,
      valkey: '9.0.4',
      glibc: '2.41',
      packages: [
        { name: 'libc6', version: '2.41-12+deb13u2', architecture: 'amd64' },
        { name: 'base-files', version: '13.8+deb13u7', architecture: 'amd64' },
      ],
    },
    lockedBase: null,
    modules,
    epoch: 1_700_000_000,
    ...over,
  };
}
