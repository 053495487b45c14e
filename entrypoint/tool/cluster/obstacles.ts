import { clonesAmong, otherAddresses } from '../../cluster/clones.ts';
import { endpoint } from '../../cluster/targets.ts';
import type { View } from '../../cluster/view.ts';
import { type Cluster, readAt } from './cluster.ts';

/*
 * What keeps nodes apart and none of them can tell.
 */

const BUS_MS = 1000;

/** Servers that share an id: among those that were asked, or where members look for them. Each as `two servers, one id: A and B`. */
export async function findClones(cluster: Cluster, views: readonly View[]): Promise<readonly string[]> {
  const readings = await Promise.all(otherAddresses(views).map((at) => readAt(cluster, at)));
  return clonesAmong([...views, ...readings.flatMap((reading) => (reading.kind === 'view' ? [reading.view] : []))]);
}

/**
 * Bus ports of nodes that answer at which nobody listens: where they were reached, and where members look for them. Only a refusal counts: a
 * firewall that lets members alone through answers nothing.
 */
export async function findClosedBuses({ waiting }: Cluster, views: readonly View[]): Promise<readonly string[]> {
  const ids = new Set(views.map(({ self }) => self.id));
  const places = new Map<string, { readonly ip: string; readonly busPort: number; readonly port: number }>();
  const add = (ip: string, port: number, busPort: number): void =>
    void (ip !== '' && places.set(endpoint(ip, busPort), { ip, port, busPort }));
  for (const { ip, port, self, rows } of views) {
    add(ip, port, self.busPort);
    for (const row of rows) if (ids.has(row.id)) add(row.ip, row.port, row.busPort);
  }
  const looks = [...places.values()].map(async ({ ip, port, busPort }) => {
    const why = await waiting.reach(ip, busPort, BUS_MS);
    return why === 'ECONNREFUSED' ? [`nothing listens on bus port ${busPort} at ${endpoint(ip, port)}`] : [];
  });
  return (await Promise.all(looks)).flat();
}
