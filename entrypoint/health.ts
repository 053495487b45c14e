import { isNodeId } from './cluster/nodes.ts';
import { SLOTS } from './cluster/slots.ts';
import { refuse } from './diagnostics.ts';
import type { ConfFiles } from './host.ts';

/* What the answers of a server to PING and CLUSTER INFO mean to a probe. probe.pl has the same rules for the answers that come often. */

/** What a probe may ask for, by its option. */
export type Level =
  /** It serves commands. */
  | 'healthy'
  /** It says anything at all: it may be loading its data, run a long script, or be unable to write. For liveness. */
  | 'alive'
  /** It serves commands and, in cluster mode, knows other nodes. The cluster's state is told and does not matter. For readiness. */
  | 'joined'
  /** It serves commands, and says that its cluster is ok and all slots are served. As a probe, one lost node would take out all others. */
  | 'cluster-ok';

export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  /** Why there is none. */
  | { readonly kind: 'none'; readonly text: string };

/** The answer as the probe hands it on: the sign of its type in the protocol in front, or `!` where there is none. */
export function readHeard(word: string): Answer {
  const kind = word.startsWith('-') ? 'error' : word.startsWith('!') ? 'none' : 'text';
  return { kind, text: word.slice(1) };
}

/**
 * Errors of a server that serves nobody now. Any other error is about who asks, and by what name: the server serves others. In cluster mode
 * the one about too many clients goes on with other words (acceptCommonHandler in networking.c).
 */
const serves = (error: string): boolean => !/^(LOADING|BUSY|MASTERDOWN)\b|^ERR max number of clients\b/.test(error);

/**
 * The word that a probe prints for a server that is as asked. `cluster`: its answer to CLUSTER INFO; `nodesFile`: nodes.conf, in which it
 * writes down whom it knows. Refuses VB602, VB603, VB706, VB716, VB720.
 */
export function judge(
  level: Level,
  ping: Answer,
  cluster: Answer | null,
  host: Pick<ConfFiles, 'readConf'>,
  nodesFile: string | null,
): string {
  const isError = ping.kind === 'error';
  const isCut =
    level !== 'alive' && isError && (!serves(ping.text) || (level === 'healthy' && /^MISCONF\b/.test(ping.text)));
  if (ping.kind === 'none' || isCut) throw refuse('VB602', `PING: ${ping.text}`);
  if (level === 'alive') return isError && /^LOADING\b/.test(ping.text) ? 'alive (loading)' : 'alive';
  if (level === 'healthy') return 'healthy';
  const info = readClusterInfo(cluster ?? { kind: 'none', text: 'no answer' });
  if (info.kind === 'silent') throw refuse('VB602', `CLUSTER INFO: ${info.why}`);
  return level === 'joined' ? describeJoined(host, info, nodesFile) : requireClusterOk(info);
}

/** An answer to CLUSTER INFO. */
type ClusterInfo =
  | { readonly kind: 'info'; readonly nodes: number; readonly state: string; readonly unserved: number }
  /** A server of its own. */
  | { readonly kind: 'no cluster' }
  /** It does not let us ask. */
  | { readonly kind: 'denied'; readonly why: string };

/** One that does not let us ask writes down whom it knows in nodes.conf. */
function describeJoined(host: Pick<ConfFiles, 'readConf'>, info: ClusterInfo, nodesFile: string | null): string {
  switch (info.kind) {
    case 'no cluster':
      return 'joined';
    case 'info':
      if (info.nodes === 1) throw refuse('VB603', 'the server runs in cluster mode and knows no other node');
      return info.state === 'ok' ? 'joined' : `joined (cluster_state:${info.state})`;
    case 'denied':
      if (nodesFile !== null && countNodes(host, nodesFile, info.why) <= 1)
        throw refuse('VB603', `the server knows no other node in ${nodesFile}, and does not let us ask: ${info.why}`);
      return 'joined';
  }
}

function requireClusterOk(info: ClusterInfo): string {
  switch (info.kind) {
    case 'no cluster':
      throw refuse('VB706', 'the server has no cluster that could be ok');
    case 'denied':
      throw refuse('VB716', `CLUSTER INFO: ${info.why}`);
    case 'info':
      if (info.state !== 'ok') throw refuse('VB720', `the server says cluster_state:${info.state}`);
      // Without cluster-require-full-coverage the state says nothing of them.
      if (info.unserved > 0) throw refuse('VB720', `the server says that ${info.unserved} slots are not served`);
      return 'cluster-ok';
  }
}

function readClusterInfo({ kind, text }: Answer): ClusterInfo | { readonly kind: 'silent'; readonly why: string } {
  if (kind === 'error' && serves(text))
    return /cluster support disabled/.test(text) ? { kind: 'no cluster' } : { kind: 'denied', why: text };
  const field = (name: string): string | undefined => new RegExp(`^${name}:(\\w+)\\r?$`, 'm').exec(text)?.[1];
  const state = field('cluster_state');
  const nodes = field('cluster_known_nodes');
  const unserved = SLOTS - Number(field('cluster_slots_assigned') ?? SLOTS) + Number(field('cluster_slots_fail') ?? 0);
  return state === undefined || nodes === undefined
    ? { kind: 'silent', why: text.trim() }
    : { kind: 'info', nodes: Number(nodes), state, unserved };
}

/** Nodes that nodes.conf names: those that only begin to be known are not written there (cluster_legacy.c, clusterSaveConfig). */
function countNodes(host: Pick<ConfFiles, 'readConf'>, path: string, why: string): number {
  const read = host.readConf(path);
  if (read.kind !== 'text') throw refuse('VB602', `CLUSTER INFO: ${why}; and ${path} cannot be read`);
  return read.text.split('\n').filter((line) => isNodeId(line.split(' ')[0] ?? '')).length;
}
