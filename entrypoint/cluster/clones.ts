import { endpoint } from './targets.ts';
import type { View } from './view.ts';

/**
 * Whether two answers with one node id come from two servers, as a cloned volume makes them. `run_id` is that of one process (server.c,
 * initServerConfig): at one address it changes with a restart, so only another address makes it another server.
 */
export function areClones(one: View, other: View): boolean {
  const isElsewhere = one.ip !== other.ip || one.port !== other.port;
  return one.self.id === other.self.id && one.runId !== other.runId && isElsewhere;
}

/** The servers among these that share an id with one before them. */
export function clonesAmong(views: readonly View[]): string[] {
  return views.flatMap((view, index) => {
    const first = views.slice(0, index).find((other) => areClones(other, view));
    return first === undefined ? [] : [`two servers, one id: ${placeOf(first)} and ${placeOf(view)}`];
  });
}

/** Where members look for nodes that were reached elsewhere. */
export function otherAddresses(
  views: readonly View[],
): { readonly name: string; readonly ip: string; readonly port: number }[] {
  const found = new Map<string, { readonly name: string; readonly ip: string; readonly port: number }>();
  for (const { id, ip, port } of views.flatMap(({ rows }) => rows)) {
    const reached = views.filter(({ self }) => self.id === id);
    const isNew = ip !== '' && reached.length > 0 && !reached.some((view) => view.ip === ip && view.port === port);
    const name = endpoint(ip, port);
    if (isNew) found.set(name, { name, ip, port });
  }
  return [...found.values()];
}

/** Its name, and the address behind it. */
function placeOf({ name, ip, port }: View): string {
  const address = endpoint(ip, port);
  return name === address ? name : `${name} (${address})`;
}
