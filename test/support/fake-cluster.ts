import type { Command, Reply, ServerAt } from '../../entrypoint/host/host.ts';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { ipOf } from './cluster-view.ts';
import { answer, type FakeCluster, type FakeServer, type Run } from './fake-cluster-replies.ts';

export function fakeCluster(letters: string, formed = ''): FakeCluster {
  const servers: FakeServer[] = letters.split('').map((letter) => ({
    letter,
    slots: '',
    keys: 0,
    knows: [letter],
    deafTo: [],
    closedPorts: [],
    denied: [],
    modules: ['search'],
    indexes: [],
    documents: [],
    slotKeys: [],
    isAlone: false,
  }));
  const find = (ip: string): FakeServer | undefined => servers.find(({ letter }) => ipOf(letter) === ip);
  const runs: Run[] = [];
  const asked: ServerAt[] = [];
  const commands: string[] = [];
  const stop = new AbortController();
  let now = 0;
  let openSessions = 0;
  const fake: FakeCluster = {
    servers,
    runs,
    commands,
    asked,
    sessions: () => openSessions,
    hosts: new Map(letters.split('').map((letter) => [letter, [ipOf(letter)]])),
    engine: (args) => form(servers, args),
    isDown: false,
    handsOn: true,
    searches: false,
    otherRun: null,
    tick: () => {},
    stop: () => stop.abort(new Error('stopped by SIGTERM')),
    waiting: {
      now: () => now,
      date: () => 1_800_000_000,
      time: () => '2027-01-15T08:00:00.000Z',
      pause: async (ms) => {
        now += ms;
        fake.tick();
      },
      ask: async (at, sent, { signal }) => {
        if (signal?.aborted === true) throw signal.reason;
        asked.push(at);
        const server = find(at.ip);
        commands.push(...sent.map((words) => `${server?.letter} ${words.join(' ')}`));
        return answer(fake, server, sent);
      },
      run: async (_, args, { env, signal }) => {
        if (signal?.aborted === true) throw signal.reason;
        runs.push({ args, env });
        return { exitCode: fake.engine(args), problem: '', timedOut: false };
      },
      open: (at) => {
        const server = find(at.ip);
        let name = bytesOf('');
        let isOver = false;
        asked.push(at);
        openSessions += 1;
        return {
          async ask(sent) {
            if (isOver || server?.trouble === 'unreachable')
              return { kind: 'failed', what: 'connection', why: 'connection closed' };
            commands.push(...sent.map((words) => `${server?.letter} ${words.join(' ')}`));
            return { kind: 'replies', replies: sent.map((words) => reply(words)) };
          },
          end: () => {
            if (!isOver) openSessions -= 1;
            isOver = true;
          },
        };
        function reply(words: Command): Reply {
          if (words[1] === 'GETNAME') return name;
          if (words[1] === 'SETNAME') name = words[2] ?? name;
          if (words[1] === 'KILL') fake.otherRun = null;
          if (words[0] !== 'EXEC') return bytesOf('OK');
          const other =
            fake.otherRun === null ? '' : `id=4 name=valkey-bundle:ensure:x age=9 idle=${fake.otherRun.idle} db=0\n`;
          return ['OK', `id=5 name=${name} age=0 idle=0 db=0\n${other}`].map(bytesOf);
        }
      },
      lookup: async (name) => fake.hosts.get(name) ?? (/^[\d.]+$/.test(name) ? [name] : []),
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
  const [newcomer] = named;
  const primary = args[args.indexOf('--cluster-master-id') + 1]?.charAt(0);
  if (args.includes('--cluster-master-id') && newcomer !== undefined && primary !== undefined)
    newcomer.copies = primary;
  if (args[1] === 'rebalance')
    share(servers.filter(({ letter, copies }) => copies === undefined && newcomer?.knows.includes(letter)));
  return 0;
}

function share(servers: readonly FakeServer[]): void {
  for (const [index, server] of servers.entries()) {
    const from = Math.floor((16_384 * index) / servers.length);
    server.slots = `${from}-${Math.floor((16_384 * (index + 1)) / servers.length) - 1}`;
  }
}
