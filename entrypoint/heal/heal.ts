import { type Bytes, textOf } from '../bytes.ts';
import { endpoint } from '../cluster/targets.ts';
import { type Diagnostic, diagnose } from '../diagnostics.ts';
import type { Host } from '../host.ts';
import type { StartPlan } from '../plan.ts';
import { hostNames, ownEntry, refreshNodes } from './nodes-conf.ts';

/** How long names are asked for, and how long an old address of ours is: together the most that a start is held up. */
const RESOLVE_MS = 2000;
const PROBE_MS = 800;

/**
 * Refreshes stale addresses of other nodes in nodes.conf, so that a cluster whose nodes all got new addresses finds itself again. Only as
 * process 1 of a server in cluster mode, and never a reason not to start: VB751 says what changed, VB752 and VB753 why nothing did.
 */
export function heal(host: Host, plan: StartPlan, debug: (text: string) => void): Diagnostic[] {
  if (plan.cluster === null || host.pid !== 1) return [];
  const path = plan.cluster.nodesFile;
  const at = { kind: 'directory', path } as const;
  try {
    const read = host.readConf(path);
    // The first start of a node: the server has yet to make it, or has made it empty for its lock.
    if (read.kind === 'missing' || (read.kind === 'text' && read.text === '')) return [];
    if (read.kind !== 'text')
      return [diagnose('VB752', `it cannot be read: ${'why' in read ? read.why : read.kind}`, { at })];
    const names = hostNames(read.text);
    const found = names.length > 0 ? host.resolve(names, RESOLVE_MS) : new Map<string, readonly string[]>();
    const refreshed = refreshNodes(read.text, (name) => found.get(name) ?? []);
    if (refreshed.kind === 'damaged')
      return [diagnose('VB752', `line ${refreshed.line} is none of a nodes.conf`, { at })];
    for (const { host: name, why } of refreshed.kept) debug(`${path}: ${name} stays as it is: ${why}\n`);
    if (refreshed.text === null) {
      debug(`${path}: no address of another node is stale\n`);
      return [];
    }
    const twin = runningTwin(host, plan.cluster, read.text);
    if (twin !== null) return [diagnose('VB753', `a server with this node's id answers at ${twin}`, { at })];
    switch (host.replaceLocked(path, read.text, refreshed.text, `${path}.before-refresh`)) {
      case 'locked':
        return [diagnose('VB753', 'another process holds its lock', { at })];
      case 'changed':
        return [diagnose('VB753', 'another process has just written it', { at })];
      case 'done': {
        const changes = refreshed.changes.map((change) => `${change.host} ${change.from || '(none)'} -> ${change.to}`);
        return [diagnose('VB751', changes.join(', '), { at })];
      }
    }
  } catch (error) {
    return [diagnose('VB752', error instanceof Error ? error.message : String(error), { at })];
  }
}

/**
 * The address of a server that runs on this very file, or null. Its lock does not tell: the server locks the file that it opens, and from
 * its first save on that file is another one (cluster_legacy.c, clusterSaveConfig renames). So the address that the file has for its own
 * node is asked who it is; after a change of address nobody answers there, or somebody else.
 */
function runningTwin(host: Host, cluster: NonNullable<StartPlan['cluster']>, text: Bytes): string | null {
  const own = ownEntry(text);
  if (own === null || own.ip === '' || own.port === 0) return null;
  const password = cluster.password === null ? {} : authWith(textOf(cluster.password));
  const args = ['-h', own.ip, '-p', String(own.port), ...cluster.tls, '-t', '1', 'CLUSTER', 'MYID'];
  const answer = host.run('valkey-cli', args, { PATH: cluster.searchPath, ...password }, PROBE_MS);
  return answer.includes(own.id) ? endpoint(own.ip, own.port) : null;
}

function authWith(password: string): Record<string, string> {
  return { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
}
