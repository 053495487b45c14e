import type { Host } from '../../../entrypoint/host/host.ts';
import type { Call } from './trace.ts';

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
