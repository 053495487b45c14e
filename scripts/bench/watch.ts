import type { Host } from '../../entrypoint/host/host.ts';

/** The host, with each call of a method reported with its times. */
export function watch(host: Host, now: () => number, report: (call: Call) => void): Host {
  return new Proxy(host, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const from = now();
        try {
          return Reflect.apply(value, target, args);
        } finally {
          report({ name: String(name), from, to: now() });
        }
      };
    },
  });
}

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
