/**
 * What the Node inside is started with.
 * - A young generation that holds a whole start: with the first megabyte full, V8 would collect twice on the way.
 * - The hashes that are baked into Node's snapshot: to make them anew takes a tenth of Node's start, and guards a server that takes
 *   strings from strangers. This process reads its configuration and is gone.
 * - One worker thread instead of four: each has to be made, to be told of every change of user, and to be ended.
 * - Bindings for start.ts.
 */
export const flags: readonly string[] = [
  '--min-semi-space-size=16',
  '--no-rehash-snapshot',
  '--v8-pool-size=1',
  '--expose-internals',
];
