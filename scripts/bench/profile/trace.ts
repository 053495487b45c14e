/** One call of a host's method: what was asked of the system, and when, in microseconds of the monotonic clock. */
export interface Call {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A start, as the profiled entrypoint writes it down. Microseconds of the monotonic clock. */
export interface StartTrace {
  /** When the process was asked for. */
  readonly started: number;
  readonly node: number;
  readonly v8: number;
  readonly environment: number;
  readonly bootstrap: number;
  /** The first line of the program. */
  readonly main: number;
  readonly exec: number;
  readonly calls: readonly Call[];
}
