import { endpoint, isNodeId, SLOTS } from '../cluster/nodes.ts';
import type { Environment } from '../conf/environment.ts';
import { refuse } from '../diagnostics/diagnostic.ts';
import { type ConfFiles, type Host, isError, type Reply, type TlsFiles, type Waiting } from '../host/host.ts';
import { withoutLineEnd } from '../server/passwords.ts';
import { canonical, readRecord, type StartRecord, usualServer } from '../server/reach.ts';
import { bytesOf, textOf } from '../text/bytes.ts';
import { type ToolContext, takesNo } from './options.ts';

/** Well inside the 5 s that the image's health check and the manifests give a probe. */
const ANSWER_MS = 3000;

/** The level that each option asks for. */
const levels: ReadonlyMap<string | undefined, Level> = new Map([
  ['--alive', 'alive'],
  ['--joined', 'joined'],
  ['--cluster-ok', 'cluster-ok'],
]);

/**
 * `valkey-bundle health [--alive|--joined|--cluster-ok]`: asks the server as it was started. A password that was set
 * later does not make it unhealthy. The probe (probe.pl), which is asked first, hands on what it heard: `--heard` and
 * its answers.
 */
export function health({ host, args, env }: ToolContext): number | Promise<number> {
  const level = levels.get(args[0]) ?? 'healthy';
  const [heard, ...words] = level === 'healthy' ? args : args.slice(1);
  if (heard !== undefined && heard !== '--heard') takesNo([heard], 'health');
  const record = serverOf(host, env);
  const say = ([ping = silent('nothing was asked'), cluster]: readonly Heard[]): number => {
    host.print('stdout', `${judge(level, ping, cluster ?? null, host, record.nodesFile)}\n`);
    return 0;
  };
  if (heard !== undefined) return say(words.map(readHeard));
  return askServer(host, record, level === 'joined' || level === 'cluster-ok').then(say);
}

/**
 * The server of this container, as its start left it; where there is no record, at the usual port with the password of
 * the environment.
 */
export function serverOf(host: Pick<Host, 'lastStart'>, env: Environment): StartRecord {
  const text = host.lastStart();
  const record = text === null ? null : readRecord(text);
  return record ?? usualServer(withoutLineEnd(env['VALKEY_PASSWORD'] ?? ''));
}

/**
 * The address of this machine behind an address or a host name, or null: a password is never sent to another machine.
 */
export async function addressHere(
  host: Pick<Host, 'network'>,
  waiting: Waiting,
  address: string,
): Promise<string | null> {
  const here = new Set(host.network().addresses.map(canonical));
  const ips = await waiting.lookup(address);
  return ips.find((ip) => /^127\.|^::1$/.test(ip) || here.has(canonical(ip))) ?? null;
}

/** Asks where the probe cannot: over TLS, and by a host name. */
async function askServer(
  host: Host,
  { address, port, tlsPort, tls, password }: StartRecord,
  asksCluster: boolean,
): Promise<Heard[]> {
  const waiting = host.waiting();
  const ip = await addressHere(host, waiting, address);
  if (ip === null) return [silent(`${address} is not an address of this machine`)];
  const at = { ip, port: port || tlsPort, login: [] };
  // A command like the others: the server may have another password by now, or none.
  const login = password === null ? [] : [[bytesOf('AUTH'), password]];
  const commands = [['PING'], ...(asksCluster ? [['CLUSTER', 'INFO']] : [])].map((words) => words.map(bytesOf));
  const ask = (files: TlsFiles | null) =>
    waiting.ask({ ...at, tls: files }, [...login, ...commands], { timeoutMs: ANSWER_MS, signal: waiting.stopped });
  const first = await ask(port === 0 ? { ...tls, verifies: false } : null);
  // Files that do not fit each other any more are no fault of a server that has read them before.
  const answer = first.kind === 'failed' && first.what === 'tls' ? await ask(withoutFiles) : first;
  if (answer.kind === 'replies') return answer.replies.slice(login.length).map(answerOf);
  const heard: Heard =
    answer.what === 'refused' ? { kind: 'error', text: answer.why } : silent(`${endpoint(ip, at.port)}: ${answer.why}`);
  return [heard, heard];
}

const withoutFiles = { caFile: null, caDirectory: null, certFile: null, keyFile: null, verifies: false } as const;

function answerOf(reply: Reply): Heard {
  return isError(reply)
    ? { kind: 'error', text: reply.message }
    : { kind: 'text', text: typeof reply === 'string' ? textOf(reply) : '' };
}

function silent(why: string): Heard {
  return { kind: 'none', text: why };
}

/*
 * The meaning of a server's answers to PING and CLUSTER INFO for a probe. probe.pl has the same rules for the answers
 * that come often.
 */

/** The levels that a probe may ask for, by its option. */
export type Level =
  /** It serves commands. */
  | 'healthy'
  /** It says anything at all: it may be loading its data, run a long script, or be unable to write. For liveness. */
  | 'alive'
  /**
   * It serves commands and, in cluster mode, knows other nodes. The cluster's state is told and does not matter. For
   * readiness.
   */
  | 'joined'
  /**
   * It serves commands, and says that its cluster is ok and all slots are served. As a probe, one lost node would take
   * out all others.
   */
  | 'cluster-ok';

type Heard =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  /** The reason why there is no answer. */
  | { readonly kind: 'none'; readonly text: string };

/** The answer as the probe hands it on: the sign of its type in the protocol in front, or `!` where there is none. */
export function readHeard(word: string): Heard {
  const kind = word.startsWith('-') ? 'error' : word.startsWith('!') ? 'none' : 'text';
  return { kind, text: word.slice(1) };
}

/**
 * Errors of a server that serves nobody now. Any other error concerns the one who asks: the server serves others. In
 * cluster mode the one about too many clients goes on with other words (acceptCommonHandler in networking.c).
 */
const serves = (error: string): boolean => !/^(LOADING|BUSY|MASTERDOWN)\b|^ERR max number of clients\b/.test(error);

/**
 * The word that a probe prints for a server that is as asked. `cluster`: its answer to CLUSTER INFO; `nodesFile`:
 * nodes.conf, in which it writes down whom it knows. Refuses VB602, VB603, VB706, VB716, VB720.
 */
export function judge(
  level: Level,
  ping: Heard,
  cluster: Heard | null,
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

/** A server that does not let us ask lists the nodes that it knows in nodes.conf. */
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

function readClusterInfo({ kind, text }: Heard): ClusterInfo | { readonly kind: 'silent'; readonly why: string } {
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

/**
 * Nodes that nodes.conf names: those that only begin to be known are not written there (cluster_legacy.c,
 * clusterSaveConfig).
 */
function countNodes(host: Pick<ConfFiles, 'readConf'>, path: string, why: string): number {
  const read = host.readConf(path);
  if (read.kind !== 'text') throw refuse('VB602', `CLUSTER INFO: ${why}; and ${path} cannot be read`);
  return read.text.split('\n').filter((line) => isNodeId(line.split(' ')[0] ?? '')).length;
}
