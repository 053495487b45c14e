import { textOf } from '../../bytes.ts';
import { type Given, numberOf } from '../../cluster/options.ts';
import { endpoint, readTargets } from '../../cluster/targets.ts';
import type { Trouble, View } from '../../cluster/view.ts';
import { Refusal, refuse } from '../../diagnostics.ts';
import type { Place } from '../../place.ts';
import type { ToolContext } from '../context.ts';
import { addressHere, serverOf } from '../health.ts';
import { type Cluster, type Endpoint, membersOf, readAt, readNode, troubleDiagnostic } from './cluster.ts';
import { type Connection, readConnection } from './connection.ts';
import { findClones } from './obstacles.ts';
import { completeTls } from './tls.ts';

/** The members of a cluster: those that answer, and those that do not. */
export interface Members {
  readonly views: readonly View[];
  readonly silent: readonly { readonly name: string; readonly trouble: Trouble }[];
  /** Servers that share an id, each as a message. */
  readonly clones: readonly string[];
}

/** Where to ask first: the nodes that `--nodes` names, or the server of this container. */
export interface Start {
  readonly connection: Connection;
  readonly find: (cluster: Cluster) => Promise<readonly View[]>;
}

/** From the options, or from the record that the last start of this container left. */
export function startOf(context: ToolContext, options: ReadonlyMap<string, Given>): Start {
  const nodes = options.get('nodes');
  if (nodes === undefined) return ownServer(context, options);
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

function ownServer({ host, env }: ToolContext, options: ReadonlyMap<string, Given>): Start {
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
    // By the configuration alone no authority was named for us: the one there may be that of the clients.
    tls:
      given.tls === null ? (own.port === 0 ? { ...own.tls, verifies: false } : null) : completeTls(given.tls, own.tls),
  };
  return {
    connection,
    async find(cluster) {
      const ip = await addressHere(host, cluster.waiting, own.address);
      if (ip === null) throw refuse('VB703', `${own.address} is no address of this machine`);
      const name = endpoint(ip, port);
      const reading = await readAt(cluster, { name, ip, port });
      if (reading.kind === 'view') return [reading.view];
      throw new Refusal(troubleDiagnostic(name, reading));
    },
  };
}

/** All members that the first ones know. A node is asked where the others look for it, so this is also their way to it. */
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
    others.map(async ([, at]) => ({ at, reading: at.ip === '' ? null : await readAt(cluster, at) })),
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
