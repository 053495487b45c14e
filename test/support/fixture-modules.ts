import type { FixtureModule } from './build-workspace.ts';

/**
 * The modules of test/fixtures/modules. All but one need the same packages: they share a toolchain, with RediSearch
 * too.
 */
export const fixtureModules = {
  tally: {
    file: 'libtally.so',
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
  greeter: { file: 'libgreeter.so', cargoLock: 'kept' },
  marker: { file: 'marker.so' },
  dice: {
    file: 'dice.so',
    dependencies: [
      {
        name: 'server',
        repository: 'https://example.invalid/fixtures/server.git',
        ref: '{valkey-line}',
        licence: 'BSD-3-Clause',
        pin: 'commit',
      },
    ],
  },
} as const satisfies Record<string, FixtureModule>;
