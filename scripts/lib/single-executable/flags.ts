/**
 * What the Node inside is started with.
 * - A young generation that holds a whole start: with the first megabyte full, V8 would collect twice on the way.
 * - The hashes that are baked into Node's snapshot: to make them anew takes a tenth of Node's start, and guards a server that takes
 *   strings from strangers. This process reads its configuration and is gone.
 * - Bindings for start.ts, without the warning that they are internal.
 */
export const flags: readonly string[] = [
  '--min-semi-space-size=16',
  '--no-rehash-snapshot',
  '--expose-internals',
  '--disable-warning=internal/test/binding',
];
