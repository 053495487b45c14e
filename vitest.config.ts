import { defineConfig } from 'vitest/config';

/** The rings of tests. The first four need nothing but Node; integration and matrix-real need the images and a Docker engine. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', isolate: false, include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'golden', isolate: false, include: ['test/golden/**/*.test.ts'] } },
      { test: { name: 'host', isolate: false, include: ['test/host/**/*.test.ts'] } },
      { test: { name: 'matrix', isolate: false, include: ['test/matrix/pure/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'matrix-real',
          include: ['test/matrix/real/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
