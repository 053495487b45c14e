import { endpoint, type Target } from '../../cluster/targets.ts';
import { type Reading, readView, troubleOf, VIEW_COMMANDS, type View } from '../../cluster/view.ts';
import { type Diagnostic, diagnose } from '../../diagnostics.ts';
import type { Ended, Waiting } from '../../host.ts';
import type { Place } from '../../place.ts';
import type { Connection } from './connection.ts';

/** Asking nodes, by valkey-cli: it speaks TLS and knows how to log in. */
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

/** How long one node may take for its answer, and how long valkey-cli tries to reach it. */
const ANSWER_MS = 5000;
const CONNECT_S = '2';

/** Sends command lines to a node, in valkey-cli's quoting; replies come as JSON, one a line. Rejects only where the tool is stopped. */
export function ask(
  cluster: Cluster,
  at: Pick<Endpoint, 'ip' | 'port'>,
  commands: readonly string[],
  signal: AbortSignal | null = cluster.waiting.stopped,
): Promise<Ended> {
  return send(cluster, at, commands, { form: '--json', timeoutMs: ANSWER_MS, signal });
}

interface Sending {
  /** How valkey-cli prints replies: as JSON, or as for people, where words of any bytes are quoted as a command line takes them. */
  readonly form: '--json' | '--no-raw';
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

/** The same with another form of the replies, or another time for them. */
export function send(
  { waiting, connection }: Cluster,
  { ip, port }: Pick<Endpoint, 'ip' | 'port'>,
  commands: readonly string[],
  { form, timeoutMs, signal }: Sending,
): Promise<Ended> {
  const args = ['-h', ip, '-p', String(port), '-t', CONNECT_S, '-2', form, ...connection.args];
  return waiting.run('valkey-cli', args, {
    env: connection.env,
    input: `${commands.join('\n')}\n`,
    timeoutMs,
    ...(signal === null ? {} : { signal }),
  });
}

/** A node's view, from the first of its addresses that answers. */
export async function readNode(cluster: Cluster, target: Target): Promise<Reading> {
  const addresses = await cluster.waiting.lookup(target.host);
  let last: Reading = { kind: 'trouble', what: 'address', why: 'its name does not resolve' };
  for (const ip of addresses) {
    last = await readAt(cluster, { name: target.name, ip, port: target.port });
    if (last.kind === 'view' || last.what !== 'connection') return last;
  }
  return last;
}

/** The view of the node at an address. */
export async function readAt(cluster: Cluster, at: Endpoint): Promise<Reading> {
  const ended = await ask(cluster, at, VIEW_COMMANDS);
  return troubleOf(ended) ?? readView(at, ended.stdout);
}

/** What a node's trouble is called. */
export function troubleDiagnostic(name: string, reading: Reading & { kind: 'trouble' }, at?: Place): Diagnostic {
  const codes = {
    address: 'VB703',
    connection: 'VB704',
    loading: 'VB704',
    password: 'VB705',
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
