import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * The rings of tests. The first four need nothing but Node; integration and matrix-real need the images and a Docker engine; full is what
 * takes too long for every run: `npm run test:full`.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    // Containers wait for the engine more than for a processor: more files at a time than there are cores.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      { test: { name: 'unit', isolate: false, include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'golden', isolate: false, include: ['test/golden/**/*.test.ts'] } },
      { test: { name: 'host', isolate: false, include: ['test/host/**/*.test.ts'] } },
      { test: { name: 'matrix', isolate: false, include: ['test/matrix/pure/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'full',
          include: ['test/full/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'matrix-real',
          include: ['test/matrix/real/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
