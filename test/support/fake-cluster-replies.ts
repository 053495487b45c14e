import { slotOf } from '../../entrypoint/cluster/key-slot.ts';
import type { Ended } from '../../entrypoint/host.ts';
import { idOf, ipOf, lineOf, PONG } from './cluster-view.ts';
import type { FakeCluster, FakeServer } from './fake-cluster.ts';

/** What valkey-cli prints for commands to a server. */
export function answer(fake: FakeCluster, server: FakeServer | undefined, lines: readonly string[]): Ended {
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
  const links = server.knows
    .filter((letter) => letter !== server.letter)
    .map((letter) => linkTo(letter, !server.deafTo.includes(letter)));
  return `${info}"OK"\n${'"QUEUED"\n'.repeat(3)}${JSON.stringify([`${nodes.join('\n')}\n`, clusterInfo, links])}\n`;
}

/** One link of CLUSTER LINKS. Where the connection has only been begun, nothing is read from it yet. */
function linkTo(letter: string, isConnected: boolean): readonly unknown[] {
  const events = isConnected ? 'r' : '';
  return ['direction', 'to', 'node', idOf(letter), 'create-time', PONG + 4, 'events', events, 'send-buffer-used', 0];
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
      if (index === 'GETKEYSINSLOT') return listed(server.slotKeys.slice(0, 2));
      return line.startsWith('CLUSTER KEYSLOT') ? '0' : '"OK"';
    case 'EXISTS':
      return fake.isDown ? 'error:"CLUSTERDOWN The cluster is down"' : '0';
    case 'EXEC':
      return JSON.stringify([[['name', 'search', 'ver', 10002, 'args', searchArguments(server)]], []]);
    default:
      return '"OK"';
  }
}

/** A list in the form for people. */
function listed(words: readonly string[]): string {
  return words.length === 0 ? '(empty array)' : words.map((word, at) => `${at + 1}) ${word}`).join('\n');
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

/** A program that ended by itself. */
export function ended(stdout: string, exitCode = 0): Ended {
  return { exitCode, stdout, stderr: '', timedOut: false };
}
