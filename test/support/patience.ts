/**
 * How long a test waits at most for what has to happen, on a machine that may be slow and busy. A wait ends as soon as its condition holds, so
 * this costs nothing where all is well, and says nothing about speed: that is the benchmark's.
 */
export const patienceMs = 180_000;

/** The same for `cluster check`, which by itself asks again for five seconds: on a busy machine it takes as long to ask once. */
export const checkPatience = ['--timeout', String(patienceMs / 1000)] as const;

/** For a test or hook of the rings that run containers, builds or programs: several such waits. */
export const longTestMs = 5 * patienceMs;
