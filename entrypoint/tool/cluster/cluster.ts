import { endpoint, type Target } from '../../cluster/targets.ts';
import { readView, type Sighting, VIEW_COMMANDS, type View } from '../../cluster/view.ts';
import { type Diagnostic, diagnose } from '../../diagnostics.ts';
import type { Answer, Command, Reply, Waiting } from '../../host.ts';
import type { Place } from '../../place.ts';
import { type Connection, serverAt } from './connection.ts';

/** How nodes are asked. */
export interface Cluster {
  readonly waiting: Waiting;
  readonly connection: Connection;
  /** Prints a line about what is being done, on standard error. */
  readonly say: (line: string) => void;
}

export interface Endpoint {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/** How long one node may take for its answer. */
const ANSWER_MS = 5000;

interface Limits {
  readonly timeoutMs?: number;
  /** Null where the asking is not to be stopped. */
  readonly signal?: AbortSignal | null;
}

/** Sends commands to a node. Rejects only where it is stopped. */
export function ask(
  { waiting, connection }: Cluster,
  at: Pick<Endpoint, 'ip' | 'port'>,
  commands: readonly Command[],
  { timeoutMs = ANSWER_MS, signal = waiting.stopped }: Limits = {},
): Promise<Answer> {
  return waiting.ask(serverAt(connection, at), commands, { timeoutMs, ...(signal === null ? {} : { signal }) });
}

/** The reply to one command. What cannot be asked is an error, too: its message is the reason. */
export async function askOne(
  cluster: Cluster,
  at: Pick<Endpoint, 'ip' | 'port'>,
  command: Command,
  limits: Limits = {},
): Promise<Reply> {
  const answer = await ask(cluster, at, [command], limits);
  if (answer.kind === 'failed') return { kind: 'error', message: answer.why };
  return answer.replies[0] ?? { kind: 'error', message: 'no reply' };
}

/** A node's view, from the first of its addresses that answers. */
export async function readNode(cluster: Cluster, target: Target): Promise<Sighting> {
  const addresses = await cluster.waiting.lookup(target.host);
  let last: Sighting = { kind: 'trouble', what: 'address', why: 'its name does not resolve' };
  for (const ip of addresses) {
    last = await readAt(cluster, { name: target.name, ip, port: target.port });
    if (last.kind === 'view' || last.what !== 'connection') return last;
  }
  return last;
}

/** The view of the node at an address. */
export async function readAt(cluster: Cluster, at: Endpoint): Promise<Sighting> {
  return readView(at, await ask(cluster, at, VIEW_COMMANDS));
}

/** What a node's trouble is called. */
export function troubleDiagnostic(name: string, reading: Sighting & { kind: 'trouble' }, at?: Place): Diagnostic {
  const codes = {
    address: 'VB703',
    connection: 'VB704',
    loading: 'VB704',
    password: 'VB705',
    TLS: 'VB718',
    'cluster mode': 'VB706',
    answer: 'VB716',
  } as const;
  return diagnose(codes[reading.what], `${name}: ${reading.why}`, at === undefined ? {} : { at });
}

/** Where the members of a view's cluster are: the view itself where it was reached, others where it looks for them. */
export function membersOf(view: View): readonly Endpoint[] {
  return view.rows.map(({ id, ip, port, hostname }) =>
    id === view.self.id
      ? { name: view.name, ip: view.ip, port: view.port }
      : { name: endpoint(hostname || ip, port), ip, port },
  );
}
