import { printable } from '../bytes.ts';
import { type Diagnostic, diagnose } from '../diagnostics.ts';
import type { Host } from '../host.ts';
import type { ClusterFiles, StartPlan } from '../plan.ts';
import { type NodesConf, readNodesConf } from './entries.ts';
import { refreshNodes } from './nodes-conf.ts';
import { runningTwin } from './twin.ts';

/**
 * How long names are asked for; and on from there, where this node has moved and finds no other one: CoreDNS lets answers be kept for 5 s unless
 * its configuration says more (plugin/kubernetes, ttl). The most that a start is held up.
 */
const RESOLVE_MS = 2000;
const CONFIRM_MS = 12_000;

/**
 * Refreshes stale addresses of other nodes in nodes.conf, so that a cluster whose nodes all got new addresses finds itself again. Only for a
 * server in cluster mode that runs on this file alone, whatever the number of its process, and never a reason not to start: VB751 says what
 * changed, VB752, VB753 and VB756 why nothing did, VB755 that no other node was found.
 */
export function heal(host: Host, plan: StartPlan, debug: (text: string) => void): Diagnostic[] {
  if (plan.cluster === null) return [];
  const path = plan.cluster.nodesFile;
  const at = { kind: 'directory', path } as const;
  try {
    const read = host.readConf(path);
    // The first start of a node: the server has yet to make it, or has made it empty for its lock.
    if (read.kind === 'missing' || (read.kind === 'text' && read.text === '')) return [];
    if (read.kind !== 'text')
      return [diagnose('VB752', `it cannot be read: ${'why' in read ? read.why : read.kind}`, { at })];
    const nodes = readNodesConf(read.text);
    if ('damaged' in nodes) return [diagnose('VB752', `line ${nodes.damaged} is none of a nodes.conf`, { at })];
    if (nodes.peers.length === 0) return [];
    const isHere = isOwnAddress(host, plan.cluster, nodes.own);
    // Whoever is where the others have it is found by them.
    const limits = { resolveMs: RESOLVE_MS, confirmMs: isHere ? 0 : CONFIRM_MS };
    const found = host.resolve(nodes.peers, limits);
    const unsure = found.isSure ? [] : [diagnose('VB755', 'nodes.conf may have stale addresses', { at })];
    const forgetOwn = !isHere && plan.cluster.announcedIp === null;
    const refreshed = refreshNodes(read.text, nodes, (name) => found.addresses.get(name) ?? [], forgetOwn);
    for (const { host: name, why } of refreshed.kept) debug(`${path}: ${name} stays as it is: ${why}\n`);
    if (refreshed.text === null) {
      debug(`${path}: no address of another node is stale\n`);
      return unsure;
    }
    const twin = runningTwin(host, plan.cluster, nodes.own, isHere);
    if (twin?.says === null) return [diagnose('VB753', `a server with this node's id answers at ${twin.at}`, { at })];
    if (twin !== null) return [diagnose('VB756', `${twin.at}: ${printable(twin.says)}`, { at })];
    switch (host.replaceLocked(path, read.text, refreshed.text, `${path}.before-refresh`)) {
      case 'locked':
        return [diagnose('VB753', 'another process holds its lock', { at })];
      case 'changed':
        return [diagnose('VB753', 'another process has just written it', { at })];
      case 'done': {
        const changes = refreshed.changes.map(
          (change) => `${change.host} ${change.from || '(none)'} -> ${change.to || '(as others see it)'}`,
        );
        return [diagnose('VB751', changes.join(', '), { at }), ...unsure];
      }
    }
  } catch (error) {
    return [diagnose('VB752', error instanceof Error ? error.message : String(error), { at })];
  }
}

/** Whether this node still is where its file says: at the address that it announces, or at one of its interfaces. */
function isOwnAddress(host: Host, { announcedIp }: ClusterFiles, { ip }: NodesConf['own']): boolean {
  if (announcedIp !== null) return ip === announcedIp;
  return /^127\.|^::1$/.test(ip) || host.network().addresses.includes(ip.toLowerCase());
}
