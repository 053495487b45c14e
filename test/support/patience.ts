/**
 * How long a test waits at most for what has to happen, on a machine that may be slow and busy. A wait ends as soon as its condition holds, so
 * this costs nothing where all is well, and says nothing about speed: that is the benchmark's.
 */
export const patienceMs = 180_000;

/** For a test or hook of the rings that run containers, builds or programs: several such waits. */
export const longTestMs = 5 * patienceMs;
