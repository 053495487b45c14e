import { slotOf } from '../../entrypoint/cluster/nodes.ts';
import type { Answer, Command, Reply, ServerAt, Waiting } from '../../entrypoint/host/host.ts';
import { type Bytes, bytesOf } from '../../entrypoint/text/bytes.ts';
import { idOf, ipOf, lineOf, PONG } from './cluster-view.ts';

/** A node of a cluster in memory, and what is wrong with it. */
export interface FakeServer {
  readonly letter: string;
  slots: string;
  keys: number;
  /** Letters of the nodes that it knows. */
  knows: string[];
  /**
   * Letters of those that it does not hear, though it says that it is linked to them: as a node says for a while after
   * its start.
   */
  deafTo: string[];
  trouble?: 'unreachable' | 'loading' | 'password' | 'standalone' | 'TLS';
  /** Whether the others do not reach it. */
  isUnlinked?: boolean;
  /** The node whose id it has, where it runs on a copy of that one's data. */
  cloneOf?: string;
  /** The node that it copies. */
  copies?: string;
  /** True while it has not got that one's data. */
  isBehind?: boolean;
  /** What commands begin with that whoever asks may not run. */
  denied: string[];
  /** Modules that it lists. */
  modules: string[];
  /** Ports at which nobody listens, though the server answers. */
  closedPorts: number[];
  indexes: string[];
  documents: string[];
  /** Keys of a slot that is on its way. */
  slotKeys: Bytes[];
  /** Whether its queries find what other shards hold. */
  isAlone: boolean;
}

/** Servers that answer, a clock that moves only where somebody waits, and everything that was run. */
export interface FakeCluster {
  readonly waiting: Waiting;
  readonly servers: readonly FakeServer[];
  readonly runs: readonly Run[];
  /** Where and how servers were asked. */
  readonly asked: readonly ServerAt[];
  /** Every command that a node got, as `a CLUSTER NODES`. */
  readonly commands: readonly string[];
  /** How many connections to nodes stay open: each is a lock on its node. */
  readonly sessions: () => number;
  readonly hosts: Map<string, string[]>;
  /** What `valkey-cli --cluster` does, and its exit code. */
  engine: (args: readonly string[]) => number;
  /** True while every node refuses commands with keys. */
  isDown: boolean;
  /** Whether indexes reach other nodes. */
  handsOn: boolean;
  /** Whether search searches, or is the stand-in that says that it does not. */
  searches: boolean;
  /** Another run's connection, on every node: how long it has been idle. */
  otherRun: { idle: number } | null;
  /** Called whenever somebody waits. */
  tick: () => void;
  stop(): void;
}

export interface Run {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const OK = bytesOf('OK');
const QUEUED = bytesOf('QUEUED');

/** What a server answers to commands. */
export function answer(fake: FakeCluster, server: FakeServer | undefined, commands: readonly Command[]): Answer {
  if (server === undefined || server.trouble === 'unreachable')
    return { kind: 'failed', what: 'connection', why: 'connection refused' };
  if (server.trouble === 'TLS') return { kind: 'failed', what: 'tls', why: 'self-signed certificate' };
  if (server.trouble === 'password')
    return { kind: 'replies', replies: commands.map(() => failing('NOAUTH Authentication required.')) };
  const replies =
    commands[0]?.[0] === 'INFO' ? view(fake, server) : commands.map((words) => reply(fake, server, words));
  const denied = (words: Command) => server.denied.some((start) => words.join(' ').startsWith(start));
  return {
    kind: 'replies',
    replies: replies.map((one, index) => {
      const words = commands[index] ?? [];
      return denied(words) ? failing(`NOPERM User mon has no permissions to run the '${words[0]}' command`) : one;
    }),
  };
}

/** An error of the server's. */
export function failing(message: string): Reply {
  return { kind: 'error', message };
}

function view({ servers }: FakeCluster, server: FakeServer): Reply[] {
  const isCluster = server.trouble !== 'standalone';
  const mode = `redis_mode:${isCluster ? 'cluster' : 'standalone'}\r\ncluster_enabled:${isCluster ? 1 : 0}\r\n`;
  const role = server.copies === undefined ? 'master' : 'slave';
  const link = server.isBehind === true ? 'down' : 'up';
  const copying = `role:${role}\r\n${server.copies === undefined ? '' : `master_link_status:${link}\r\n`}`;
  const info = `${mode}${copying}run_id:${server.letter}\r\nloading:${server.trouble === 'loading' ? 1 : 0}\r\ndb0:keys=${server.keys}\r\n`;
  const known = servers.filter(({ letter }) => server.knows.includes(letter));
  const nodes = known.map(({ letter, slots, cloneOf, copies }) => {
    const flag = copies === undefined ? 'master' : 'slave';
    return lineOf({
      letter: cloneOf ?? letter,
      slots,
      ip: ipOf(letter),
      flags: letter === server.letter ? `myself,${flag}` : flag,
      ...(copies === undefined ? {} : { primary: copies }),
    });
  });
  const isOk = known.some(({ slots }) => slots.endsWith('-16383'));
  const clusterInfo = `cluster_state:${isOk ? 'ok' : 'fail'}\r\ncluster_current_epoch:15\r\n`;
  const links = known
    .filter((other) => other !== server)
    .map(({ letter, cloneOf, isUnlinked }) =>
      linkTo(cloneOf ?? letter, isUnlinked !== true && !server.deafTo.includes(letter)),
    );
  return [bytesOf(info), OK, QUEUED, QUEUED, QUEUED, [bytesOf(`${nodes.join('\n')}\n`), bytesOf(clusterInfo), links]];
}

/** One link of CLUSTER LINKS. Where the connection has only been begun, nothing is read from it yet. */
export function linkTo(letter: string, isConnected: boolean): Reply {
  const fields = { direction: 'to', node: idOf(letter), 'create-time': PONG + 4, events: isConnected ? 'r' : '' };
  return Object.entries(fields).flatMap(([name, value]) => [
    bytesOf(name),
    typeof value === 'number' ? value : bytesOf(value),
  ]);
}

function reply(fake: FakeCluster, server: FakeServer, words: Command): Reply {
  const [name = '', index = ''] = words;
  const reached = fake.handsOn ? fake.servers : [server];
  switch (name) {
    case 'FT.CREATE':
      for (const one of reached) one.indexes.push(index);
      return OK;
    case 'FT.DROPINDEX':
      for (const one of reached) one.indexes = one.indexes.filter((other) => other !== index);
      return OK;
    case 'FT._LIST':
      return server.indexes.map(bytesOf);
    case 'FT.SEARCH':
      return fake.searches ? searchReply(fake, server, words) : failing('STANDIN this is a stand-in');
    case 'HSET':
      if (!owns(server, slotOf(index))) return failing(`MOVED ${slotOf(index)} 10.0.0.99:6379`);
      server.documents.push(index);
      return 1;
    case 'DEL':
      server.documents = server.documents.filter((key) => key !== index);
      return 1;
    case 'MIGRATE':
      return migrated(fake, server, words);
    case 'CLUSTER':
      if (index === 'REPLICATE') server.copies = words[2]?.charAt(0) ?? '';
      return index === 'GETKEYSINSLOT' ? server.slotKeys.slice(0, 2) : OK;
    case 'EXISTS':
      return fake.isDown ? failing('CLUSTERDOWN The cluster is down') : 0;
    case 'MODULE':
      return server.modules.map((module) => listed(module, server));
    case 'CONFIG':
      return server.modules.includes('search') ? ['search.log-level', 'notice'].map(bytesOf) : [];
    default:
      return OK;
  }
}

/** An entry of MODULE LIST, flat as RESP2 has it. */
function listed(module: string, server: FakeServer): Reply {
  const [name, key, ver, args] = [module, 'name', 'ver', 'args'].map(bytesOf);
  return [key ?? OK, name ?? OK, ver ?? OK, 10002, args ?? OK, searchArguments(server).map(bytesOf)];
}

function migrated({ servers }: FakeCluster, server: FakeServer, words: Command): Reply {
  const target = servers.find(({ letter }) => ipOf(letter) === words[1]);
  const moved = server.slotKeys.filter((key) => words.includes(key));
  if (target === undefined || target.trouble !== undefined) return failing('IOERR error or timeout');
  server.slotKeys = server.slotKeys.filter((key) => !moved.includes(key));
  target.slotKeys.push(...moved);
  return OK;
}

/** As valkey-search answers: the number of all, then ten of them unless LIMIT says how many. */
function searchReply(fake: FakeCluster, server: FakeServer, words: Command): Reply {
  const [, index = '', asking = ''] = words;
  const asked = server.isAlone ? [server] : fake.servers;
  const wanted = Number(/KNN (\d+) /.exec(asking)?.[1]);
  const limit = words.some((word) => word === 'LIMIT') ? Number(words[words.length - 3]) : 10;
  const found = asked
    .flatMap(({ documents }) => documents)
    .filter((key) => key.startsWith(`${index}:`))
    .slice(0, wanted);
  const shown = found.slice(0, limit).flatMap((key): Reply[] => [bytesOf(key), ['v', 'AAAAAAAA'].map(bytesOf)]);
  return [found.length, ...shown];
}

/** Not the same on every node: the third differs. */
function searchArguments({ letter }: FakeServer): string[] {
  return ['--use-coordinator', '--reader-threads', letter === 'c' ? '4' : '8'];
}

function owns({ slots }: FakeServer, slot: number): boolean {
  return slots.split(' ').some((range) => {
    const [first = '', last = first] = range.split('-');
    return first !== '' && Number(first) <= slot && slot <= Number(last);
  });
}
