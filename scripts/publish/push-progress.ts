import type { PushEvent } from './push.ts';

/** Takes the events of a push, and reports what has been sent, or that the engine tries again, at most once in `everyMs`. */
export function pushProgress(
  report: (line: string) => void,
  now: () => number = Date.now,
  everyMs = 5_000,
): (event: PushEvent) => void {
  const layers = new Map<string, { current: number; total: number }>();
  let reportedAt = now();
  return ({ id, status, progressDetail }) => {
    const { current, total } = progressDetail ?? {};
    const isRetry = status?.startsWith('Retrying') ?? false;
    if (id === undefined || (current === undefined && !isRetry)) return;
    if (current !== undefined) layers.set(id, { current, total: Math.max(total ?? 0, current) });
    if (now() - reportedAt < everyMs) return;
    reportedAt = now();
    if (isRetry) return report(`  layer ${id}: ${status}`);
    const sum = (key: 'current' | 'total'): number => [...layers.values()].reduce((all, layer) => all + layer[key], 0);
    report(`  sent ${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`);
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
