import { isNodeId } from '../cluster/nodes.ts';
import { refuse } from '../diagnostics.ts';
import type { ConfFiles } from '../host.ts';

/** An answer to CLUSTER INFO. */
type ClusterInfo =
  | { readonly kind: 'info'; readonly nodes: number; readonly state: string }
  /** A server of its own. */
  | { readonly kind: 'no cluster' }
  /** It does not let us ask. */
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'silent'; readonly why: string };

/**
 * What `--joined` says of a node that knows others, or of a server without cluster mode. One that does not let us ask writes down whom it
 * knows in nodes.conf. Refuses VB602, VB603.
 */
export function describeJoined(host: Pick<ConfFiles, 'readConf'>, answer: string, nodesFile: string | null): string {
  const cluster = readClusterInfo(answer);
  switch (cluster.kind) {
    case 'no cluster':
      return 'joined';
    case 'silent':
      throw refuse('VB602', `valkey-cli cluster info: ${cluster.why}`);
    case 'info':
      if (cluster.nodes === 1) throw refuse('VB603', 'the server runs in cluster mode and knows no other node');
      return cluster.state === 'ok' ? 'joined' : `joined (cluster_state:${cluster.state})`;
    case 'denied':
      if (nodesFile !== null && countNodes(host, nodesFile, cluster.why) <= 1)
        throw refuse(
          'VB603',
          `the server knows no other node in ${nodesFile}, and does not let us ask: ${cluster.why}`,
        );
      return 'joined';
  }
}

/** Refuses VB720 where the node does not say that its cluster is ok; VB602, VB706 and VB716 where it cannot say so. */
export function requireClusterOk(answer: string): void {
  const cluster = readClusterInfo(answer);
  switch (cluster.kind) {
    case 'no cluster':
      throw refuse('VB706', 'the server has no cluster that could be ok');
    case 'silent':
      throw refuse('VB602', `valkey-cli cluster info: ${cluster.why}`);
    case 'denied':
      throw refuse('VB716', `valkey-cli cluster info: ${cluster.why}`);
    case 'info':
      if (cluster.state !== 'ok') throw refuse('VB720', `the server says cluster_state:${cluster.state}`);
  }
}

function readClusterInfo(answer: string): ClusterInfo {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(\\w+)\\r?$`, 'm').exec(answer)?.[1];
  const state = field('cluster_state');
  const nodes = field('cluster_known_nodes');
  if (state !== undefined && nodes !== undefined) return { kind: 'info', nodes: Number(nodes), state };
  if (/cluster support disabled/.test(answer)) return { kind: 'no cluster' };
  const why = answer.trim() || 'no answer';
  return { kind: /\b(NOAUTH|WRONGPASS|NOPERM)\b/.test(answer) ? 'denied' : 'silent', why };
}

/** Nodes that nodes.conf names: those that only begin to be known are not written there (cluster_legacy.c, clusterSaveConfig). */
function countNodes(host: Pick<ConfFiles, 'readConf'>, path: string, why: string): number {
  const read = host.readConf(path);
  if (read.kind !== 'text') throw refuse('VB602', `valkey-cli cluster info: ${why}; and ${path} cannot be read`);
  return read.text.split('\n').filter((line) => isNodeId(line.split(' ')[0] ?? '')).length;
}
