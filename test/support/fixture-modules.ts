import type { FixtureModule } from './build-workspace.ts';

const cmake = ['cmake', 'ninja-build'];
/** The modules of test/fixtures/modules, one a builder. All but one need the same packages: they share a toolchain, with RediSearch too. */
export const fixtureModules = {
  tally: {
    file: 'libtally.so',
    build: {
      builder: 'cmake',
      packages: cmake,
      artifact: 'build/libtally.so',
      dependencies: [
        {
          name: 'hashing',
          repository: 'https://example.invalid/fixtures/hashing.git',
          ref: 'main',
          licence: 'BSD-3-Clause',
          pin: 'commit',
        },
      ],
    },
  },
  greeter: {
    file: 'libgreeter.so',
    build: { builder: 'cargo', rust: 'debian', args: ['--release'], artifact: 'target/release/libgreeter.so' },
  },
  marker: { file: 'marker.so', build: { builder: 'make', packages: cmake, args: ['MARK=7'], artifact: 'marker.so' } },
  dice: {
    file: 'dice.so',
    build: {
      builder: 'script',
      packages: cmake,
      args: ['./build.sh', 'my out'],
      environment: { SIDES: '20' },
      artifact: 'my out/dice.so',
    },
  },
} as const satisfies Record<string, FixtureModule>;
