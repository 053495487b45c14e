import { endpoint } from '../../cluster/nodes.ts';
import { clonesAmong, otherAddresses, type Trouble, type View } from '../../cluster/view.ts';
import { Refusal, refuse } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../host/host.ts';
import { textOf } from '../../text/bytes.ts';
import type { Place } from '../../text/place.ts';
import { addressHere, serverOf } from '../health.ts';
import { type Given, numberOf, readTargets, type ToolContext } from '../options.ts';
import {
  type Cluster,
  type Connection,
  completeTls,
  type Endpoint,
  membersOf,
  readConnection,
  readNode,
  troubleDiagnostic,
  viewAt,
} from './connection.ts';

/** The members of a cluster: those that answer, and those that do not. */
export interface Members {
  readonly views: readonly View[];
  readonly silent: readonly { readonly name: string; readonly trouble: Trouble }[];
  /** Servers that share an id, each as a message. */
  readonly clones: readonly string[];
}

/** The nodes to ask first: those that `--nodes` names, or the server of this container. */
interface Start {
  readonly connection: Connection;
  readonly find: (cluster: Cluster) => Promise<readonly View[]>;
}

/** From the options, or from the record that the last start of this container left. */
export function startOf(context: ToolContext, options: ReadonlyMap<string, Given>): Start {
  const nodes = options.get('nodes');
  if (nodes === undefined) {
    const { connection, locate } = ownServer(context, options);
    return { connection, find: async (cluster) => [await viewOf(cluster, await locate(cluster.waiting))] };
  }
  const targets = readTargets(nodes.text, nodes.at);
  return {
    connection: readConnection(context.host, options, context.env),
    async find(cluster) {
      const readings = await Promise.all(targets.map((target) => readNode(cluster, target)));
      return readings.map((reading, index) => {
        if (reading.kind === 'view') return reading.view;
        throw new Refusal(troubleDiagnostic(targets[index]?.name ?? '', reading, nodes.at));
      });
    },
  };
}

async function viewOf(cluster: Cluster, at: Endpoint): Promise<View> {
  const reading = await viewAt(cluster, at);
  if (reading.kind === 'view') return reading.view;
  throw new Refusal(troubleDiagnostic(at.name, reading));
}

/** The server of this container: how it is spoken to, and where. A password is sent to this machine alone. */
interface OwnServer {
  readonly connection: Connection;
  /** Refuses VB703 where its address is not one of this machine. */
  readonly locate: (waiting: Waiting) => Promise<Endpoint>;
}

/** From the record of its start. Refuses VB601 for a server without a port, and what readConnection() refuses. */
export function ownServer({ host, env }: ToolContext, options: ReadonlyMap<string, Given>): OwnServer {
  const own = serverOf(host, env);
  const given = readConnection(host, options, env);
  const port = (given.tls !== null && own.tlsPort) || own.port || own.tlsPort;
  if (port === 0) throw refuse('VB601', 'this server has no port', { hint: 'Name the nodes with --nodes.' });
  const at: Place = { kind: 'directory', path: 'the configuration' };
  const isGiven = given.password !== null || own.password === null;
  const connection = {
    // The configuration's password is that of the user default; a user that the environment names has its own.
    user: isGiven || options.has('user') ? given.user : null,
    password: own.password === null || isGiven ? given.password : { text: textOf(own.password), at },
    // The configuration alone names no authority for us: the one there may be the authority of clients.
    tls:
      given.tls === null ? (own.port === 0 ? { ...own.tls, verifies: false } : null) : completeTls(given.tls, own.tls),
  };
  return {
    connection,
    async locate(waiting) {
      const ip = await addressHere(host, waiting, own.address);
      if (ip === null) throw refuse('VB703', `${own.address} is not an address of this machine`);
      return { name: endpoint(ip, port), ip, port };
    },
  };
}

/**
 * All members that the first ones know. A node is asked where the others look for it, so this is also their way to it.
 */
export async function membersFrom(cluster: Cluster, first: readonly View[]): Promise<Members> {
  const known = new Map<string, Endpoint>();
  for (const view of first)
    for (const [index, member] of membersOf(view).entries()) {
      const id = view.rows[index]?.id ?? '';
      if (!known.has(id)) known.set(id, member);
    }
  const views = first.filter((view, index) => first.findIndex(({ self }) => self.id === view.self.id) === index);
  const others = [...known].filter(([id]) => !views.some(({ self }) => self.id === id));
  const readings = await Promise.all(
    others.map(async ([, at]) => ({ at, reading: at.ip === '' ? null : await viewAt(cluster, at) })),
  );
  const members = [
    ...views,
    ...byName(readings.flatMap(({ reading }) => (reading?.kind === 'view' ? [reading.view] : []))),
  ];
  return {
    views: members,
    silent: readings.flatMap(({ at, reading }) => {
      if (reading?.kind === 'view') return [];
      const lost = { kind: 'trouble', what: 'connection', why: 'its address is lost' } as const;
      return [{ name: at.name, trouble: reading ?? lost }];
    }),
    clones: await findClones(cluster, [...first, ...members.filter((view) => !first.includes(view))]),
  };
}

function byName(views: readonly View[]): View[] {
  return [...views].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `--timeout` in milliseconds. */
export function timeoutOf(options: ReadonlyMap<string, Given>, seconds: number): number {
  return numberOf(options.get('timeout'), 'timeout', seconds, [0, 3600]) * 1000;
}

/* Obstacles between nodes that no node can report itself. */

const BUS_MS = 1000;

/**
 * Servers that share an id: among those that were asked, or where members look for them. Each as `two servers, one id:
 * A and B`.
 */
export async function findClones(cluster: Cluster, views: readonly View[]): Promise<readonly string[]> {
  const readings = await Promise.all(otherAddresses(views).map((at) => viewAt(cluster, at)));
  return clonesAmong([...views, ...readings.flatMap((reading) => (reading.kind === 'view' ? [reading.view] : []))]);
}

/**
 * Bus ports of nodes that answer at which nobody listens: where they were reached, and where members look for them.
 * Only a refusal counts: a firewall that lets members alone through answers nothing.
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
