import { slotOf } from '../../entrypoint/cluster/key-slot.ts';
import type { Ended, Waiting } from '../../entrypoint/host.ts';
import { ipOf, lineOf } from './cluster-view.ts';

/** A node of a cluster in memory, and what is wrong with it. */
interface FakeServer {
  readonly letter: string;
  slots: string;
  keys: number;
  /** Letters of the nodes that it knows. */
  knows: string[];
  trouble?: 'unreachable' | 'loading' | 'password' | 'standalone';
  /** Ports at which nobody listens, though the server answers. */
  closedPorts: number[];
  indexes: string[];
  documents: string[];
  /** Keys of a slot that is on its way, as valkey-cli quotes them. */
  slotKeys: string[];
  /** Whether its queries find what other shards hold. */
  isAlone: boolean;
}

/** Servers that answer valkey-cli, a clock that moves only where somebody waits, and everything that was run. */
export interface FakeCluster {
  readonly waiting: Waiting;
  readonly servers: readonly FakeServer[];
  readonly runs: readonly Run[];
  /** Every command that a node got, as `a CLUSTER NODES`. */
  readonly commands: readonly string[];
  /** How many conversations with nodes are open: each is a lock on its node. */
  readonly conversations: () => number;
  readonly hosts: Map<string, string[]>;
  /** What `valkey-cli --cluster` does, and its exit code. */
  engine: (args: readonly string[]) => number;
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

interface Run {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function fakeCluster(letters: string, formed = ''): FakeCluster {
  const servers: FakeServer[] = letters.split('').map((letter) => ({
    letter,
    slots: '',
    keys: 0,
    knows: [letter],
    closedPorts: [],
    indexes: [],
    documents: [],
    slotKeys: [],
    isAlone: false,
  }));
  const find = (ip: string): FakeServer | undefined => servers.find(({ letter }) => ipOf(letter) === ip);
  const runs: Run[] = [];
  const commands: string[] = [];
  const stop = new AbortController();
  let now = 0;
  let openConversations = 0;
  const fake: FakeCluster = {
    servers,
    runs,
    commands,
    conversations: () => openConversations,
    hosts: new Map(letters.split('').map((letter) => [letter, [ipOf(letter)]])),
    engine: (args) => form(servers, args),
    handsOn: true,
    searches: false,
    otherRun: null,
    tick: () => {},
    stop: () => stop.abort(new Error('stopped by SIGTERM')),
    waiting: {
      now: () => now,
      date: () => 1_800_000_000,
      pause: async (ms) => {
        now += ms;
        fake.tick();
      },
      run: async (_, args, { env, input = '', signal }) => {
        if (signal?.aborted === true) throw signal.reason;
        runs.push({ args, env });
        if (args[0] === '--cluster') return ended('', fake.engine(args));
        const server = find(args[1] ?? '');
        const lines = input.trim().split('\n');
        commands.push(...lines.map((line) => `${server?.letter} ${line}`));
        return answer(fake, server, lines);
      },
      converse: (_, args) => {
        const server = find(args[1] ?? '');
        let name = '';
        let isOver = false;
        openConversations += 1;
        return {
          async ask(text, lines) {
            if (isOver || server?.trouble === 'unreachable') return null;
            commands.push(
              ...text
                .trim()
                .split('\n')
                .map((line) => `${server?.letter} ${line}`),
            );
            if (text.startsWith('CLIENT GETNAME')) return [`"${name}"`];
            if (text.includes('CLIENT KILL')) fake.otherRun = null;
            if (!text.startsWith('MULTI')) return Array<string>(lines).fill('"OK"');
            name = /CLIENT SETNAME (\S+)/.exec(text)?.[1] ?? '';
            const other =
              fake.otherRun === null ? '' : `id=4 name=valkey-bundle:ensure:x age=9 idle=${fake.otherRun.idle} db=0\n`;
            return [
              '"OK"',
              '"QUEUED"',
              '"QUEUED"',
              JSON.stringify(['OK', `id=5 name=${name} age=0 idle=0 db=0\n${other}`]),
            ];
          },
          end: () => {
            if (!isOver) openConversations -= 1;
            isOver = true;
          },
        };
      },
      lookup: async (name) => fake.hosts.get(name) ?? [],
      reach: async (ip, port) => {
        const server = find(ip);
        return server?.trouble === 'unreachable' || server?.closedPorts.includes(port) ? 'ECONNREFUSED' : null;
      },
      stopped: stop.signal,
      nonce: () => '0123456789abcdef',
    },
  };
  if (formed !== '')
    form(servers, ['--cluster', 'create', ...formed.split('').map((letter) => `${ipOf(letter)}:6379`)]);
  return fake;
}

/** What the real one comes to, in one step. */
function form(servers: readonly FakeServer[], args: readonly string[]): number {
  const named = args
    .filter((arg) => arg.includes(':'))
    .flatMap((arg) => servers.filter(({ letter }) => arg.startsWith(`${ipOf(letter)}:`)));
  if (args[1] === 'create') share(named);
  if (args[1] === 'create' || args[1] === 'add-node') {
    const all = [...new Set(named.flatMap(({ knows }) => knows))];
    for (const server of servers) if (all.includes(server.letter)) server.knows = all;
  }
  if (args[1] === 'rebalance') share(servers.filter(({ letter }) => named[0]?.knows.includes(letter)));
  return 0;
}

function share(servers: readonly FakeServer[]): void {
  for (const [index, server] of servers.entries()) {
    const from = Math.floor((16_384 * index) / servers.length);
    server.slots = `${from}-${Math.floor((16_384 * (index + 1)) / servers.length) - 1}`;
  }
}

function answer(fake: FakeCluster, server: FakeServer | undefined, lines: readonly string[]): Ended {
  if (server === undefined || server.trouble === 'unreachable')
    return { ...ended(''), stderr: 'Could not connect to Valkey at x:6379: Connection refused\n' };
  if (server.trouble === 'password') return ended('error:"NOAUTH Authentication required."\n');
  if (lines[0] === 'INFO') return ended(view(fake, server));
  return ended(`${lines.map((line) => reply(fake, server, line)).join('\n')}\n`);
}

function view({ servers }: FakeCluster, server: FakeServer): string {
  const mode = server.trouble === 'standalone' ? 'standalone' : 'cluster';
  const info = `redis_mode:${mode}\nloading:${server.trouble === 'loading' ? 1 : 0}\ndb0:keys=${server.keys}\n`;
  const known = servers.filter(({ letter }) => server.knows.includes(letter));
  const nodes = known.map(({ letter, slots }) =>
    lineOf({ letter, slots, flags: letter === server.letter ? 'myself,master' : 'master' }),
  );
  const isOk = known.some(({ slots }) => slots.endsWith('-16383'));
  const clusterInfo = `cluster_state:${isOk ? 'ok' : 'fail'}\r\ncluster_current_epoch:15\r\n`;
  return `${info}"OK"\n"QUEUED"\n"QUEUED"\n${JSON.stringify([`${nodes.join('\n')}\n`, clusterInfo])}\n`;
}

function reply(fake: FakeCluster, server: FakeServer, line: string): string {
  const [name = '', index = ''] = line.split(' ');
  const reached = fake.handsOn ? fake.servers : [server];
  switch (name) {
    case 'FT.CREATE':
      for (const one of reached) one.indexes.push(index);
      return '"OK"';
    case 'FT.DROPINDEX':
      for (const one of reached) one.indexes = one.indexes.filter((other) => other !== index);
      return '"OK"';
    case 'FT._LIST':
      return JSON.stringify(server.indexes);
    case 'FT.SEARCH':
      return fake.searches ? searchReply(fake, server, line) : 'error:"STANDIN this is a stand-in"';
    case 'HSET':
      if (!owns(server, slotOf(index))) return `error:"MOVED ${slotOf(index)} 10.0.0.99:6379"`;
      server.documents.push(index);
      return '1';
    case 'DEL':
      server.documents = server.documents.filter((key) => key !== index);
      return '1';
    case 'MIGRATE':
      return migrated(fake, server, line);
    case 'CLUSTER':
      if (index === 'GETKEYSINSLOT')
        return server.slotKeys.length === 0
          ? '(empty array)'
          : server.slotKeys
              .slice(0, 2)
              .map((key, at) => ` ${at + 1}) ${key}`)
              .join('\n');
      return line.startsWith('CLUSTER KEYSLOT') ? '0' : '"OK"';
    case 'EXISTS':
      return '0';
    case 'EXEC':
      return JSON.stringify([[['name', 'search', 'ver', 10002, 'args', searchArguments(server)]], []]);
    default:
      return '"OK"';
  }
}

function migrated({ servers }: FakeCluster, server: FakeServer, line: string): string {
  const [, ip = ''] = line.split(' ');
  const target = servers.find(({ letter }) => ipOf(letter) === ip);
  const moved = server.slotKeys.filter((key) => line.includes(` ${key}`));
  if (target === undefined || target.trouble !== undefined) return '(error) IOERR error or timeout';
  server.slotKeys = server.slotKeys.filter((key) => !moved.includes(key));
  target.slotKeys.push(...moved);
  return 'OK';
}

/** As valkey-search answers: the number of all, then ten of them unless LIMIT says how many. */
function searchReply(fake: FakeCluster, server: FakeServer, line: string): string {
  const [, index = ''] = line.split(' ');
  const asked = server.isAlone ? [server] : fake.servers;
  const wanted = Number(/KNN (\d+) /.exec(line)?.[1]);
  const limit = Number(/ LIMIT 0 (\d+) /.exec(line)?.[1] ?? 10);
  const found = asked
    .flatMap(({ documents }) => documents)
    .filter((key) => key.startsWith(`${index}:`))
    .slice(0, wanted);
  const shown = found.slice(0, limit).flatMap((key) => [key, ['__v_score', '0', 'v', 'AAAAAAAA']]);
  return JSON.stringify([found.length, ...shown]);
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

function ended(stdout: string, exitCode = 0): Ended {
  return { exitCode, stdout, stderr: '', timedOut: false };
}
