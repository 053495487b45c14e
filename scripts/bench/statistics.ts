/** One run of a case, in milliseconds. `cpu` is the time that it spent on processors: other work on the machine disturbs it least. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
}

/** What many runs of a case come to. */
export interface Timing {
  readonly runs: number;
  readonly median: number;
  readonly minimum: number;
  readonly cpu: number;
}

/** The middle value; between two middle values their mean. NaN where there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return (low + high) / 2;
}

export function timingOf(samples: readonly Sample[]): Timing {
  return {
    runs: samples.length,
    median: median(samples.map(({ wall }) => wall)),
    minimum: Math.min(...samples.map(({ wall }) => wall)),
    cpu: median(samples.map(({ cpu }) => cpu)),
  };
}

/** How many times as long as `base` something takes, by each measure. */
export function ratioOf(timing: Timing, base: Timing): Omit<Timing, 'runs'> {
  return {
    median: timing.median / base.median,
    minimum: timing.minimum / base.minimum,
    cpu: timing.cpu / base.cpu,
  };
}
