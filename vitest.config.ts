import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { longTestMs, patienceMs } from './test/support/patience.ts';

const quick = { isolate: false, testTimeout: patienceMs, hookTimeout: patienceMs };
const long = { testTimeout: longTestMs, hookTimeout: longTestMs };

/**
 * The rings of tests. `unit` and `golden` need nothing but Node; `real` and `kube` need the images and a Docker engine; `full` is what
 * takes too long for every run: `npm run test:full`.
 */
export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    // Containers wait for the engine more than for a processor: more files at a time than there are cores.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      { test: { name: 'unit', ...quick, include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'golden', ...quick, include: ['test/golden/**/*.test.ts'] } },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          ...long,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'full',
          include: ['test/full/**/*.test.ts'],
          ...long,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'kube',
          include: ['test/kube/**/*.test.ts'],
          ...long,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
