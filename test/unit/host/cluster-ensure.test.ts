import { describe, expect, it } from 'vitest';
import { asBytes } from '../../../entrypoint/text/bytes.ts';
import { idOf } from '../../support/cluster-view.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';
import { type FakeCluster, failing } from '../../support/fake-cluster-replies.ts';
import { runCluster } from '../../support/fake-start.ts';

const ensure = (cluster: FakeCluster, nodes: string, ...more: string[]) =>
  runCluster(cluster, ['ensure', '--nodes', nodes.split('').join(), ...more]);
const engine = (cluster: FakeCluster) => cluster.runs.flatMap(({ args }) => (args[0] === '--cluster' ? [args[1]] : []));
const writes = ({ commands }: FakeCluster) =>
  commands.filter((line) => !/^\S+ (INFO|MULTI|EXEC|EXISTS|CLUSTER (NODES|INFO|LINKS)|CLIENT )/.test(line));

describe('cluster ensure', () => {
  it('forms a cluster of fresh nodes', async () => {
    const cluster = fakeCluster('abc');
    const { exitCode, stdout, codes } = await ensure(cluster, 'abc');
    expect({ exitCode, codes, engine: engine(cluster) }).toEqual({ exitCode: 0, codes: [], engine: ['create'] });
    expect(stdout).toContain('plan: create a cluster of a:6379, b:6379, c:6379');
  });
  it('locks every node while it works, and gives its lock back', async () => {
    const cluster = fakeCluster('abc');
    let locked = 0;
    const real = cluster.engine;
    cluster.engine = (args) => {
      locked = cluster.sessions();
      return real(args);
    };
    await ensure(cluster, 'abc');
    expect([locked, cluster.sessions()]).toEqual([3, 0]);
  });
  it('adds nodes and gives them slots', async () => {
    const cluster = fakeCluster('abcde', 'abc');
    expect((await ensure(cluster, 'abcde')).exitCode).toBe(0);
    expect(engine(cluster)).toEqual(['add-node', 'add-node', 'rebalance']);
  });
  it('gives new shards their replicas, and waits until each has the data of its primary', async () => {
    const cluster = fakeCluster('abcdef');
    const real = cluster.engine;
    let added = 0;
    cluster.engine = (args) => {
      const ended = real(args);
      added = cluster.commands.length;
      const [last] = cluster.servers.filter(({ copies }) => copies !== undefined).slice(-1);
      if (last !== undefined) last.isBehind = true;
      return ended;
    };
    // It stays behind until it was asked.
    cluster.tick = () => {
      if (!cluster.commands.slice(added).includes('f INFO')) return;
      for (const server of cluster.servers) server.isBehind = false;
    };
    const { exitCode, stdout, stderr } = await ensure(cluster, 'abcdef', '--replicas', '1');
    expect([exitCode, engine(cluster)]).toEqual([0, ['create', 'add-node', 'add-node', 'add-node']]);
    expect(cluster.servers.map(({ letter, copies }) => `${letter} ${copies ?? ''}`).slice(3)).toEqual([
      'd a',
      'e b',
      'f c',
    ]);
    expect(stdout).toContain('plan: add f:6379 as a replica of c:6379');
    expect(stderr).toContain('waiting: f:6379 has not got the data of its primary yet');
  });
  it('moves a replica to the shard that has none, and then needs nothing', async () => {
    const cluster = fakeCluster('abcdef', 'abcdef');
    for (const [index, server] of cluster.servers.entries())
      if (index >= 3) Object.assign(server, { slots: '', copies: 'aac'.charAt(index - 3) });
    for (const [index, slots] of ['0-5460', '5461-10922', '10923-16383'].entries())
      Object.assign(cluster.servers[index] ?? {}, { slots });
    expect((await ensure(cluster, 'abcdef', '--replicas', '1')).exitCode).toBe(0);
    expect(cluster.servers.map(({ copies }) => copies ?? '-').join('')).toBe('---bac');
    const before = writes(cluster).length;
    expect((await ensure(cluster, 'abcdef', '--replicas', '1')).exitCode).toBe(0);
    expect([engine(cluster), writes(cluster).length]).toEqual([[], before]);
  });
  it('does nothing with a number that makes no whole shards', async () => {
    const cluster = fakeCluster('abcdef0');
    const { exitCode, codes } = await ensure(cluster, 'abcdef0', '--replicas', '1');
    expect([exitCode, codes, engine(cluster), writes(cluster)]).toEqual([1, ['VB761'], [], []]);
  });
  it('marks that slots are being moved while they are', async () => {
    const cluster = fakeCluster('abcd', 'abc');
    let marked: readonly string[] = [];
    const real = cluster.engine;
    cluster.engine = (args) => {
      if (args[1] === 'rebalance') marked = writes(cluster);
      return real(args);
    };
    await ensure(cluster, 'abcd');
    expect(marked).toEqual([expect.stringMatching(/^c SET \{valkey-bundle\}:cluster-ensure .* EX \d+$/)]);
    expect(writes(cluster).at(-1)).toBe('d DEL {valkey-bundle}:cluster-ensure');
  });
  it('only asks a healthy cluster, without a lock', async () => {
    const cluster = fakeCluster('abc', 'abc');
    expect((await ensure(cluster, 'abc')).exitCode).toBe(0);
    expect({ engine: engine(cluster), writes: writes(cluster) }).toEqual({ engine: [], writes: [] });
    expect(cluster.commands.filter((line) => line.includes('CLIENT'))).toEqual([]);
  });
  it('only says what it would do with --dry-run', async () => {
    const cluster = fakeCluster('abc');
    const { exitCode, stdout } = await ensure(cluster, 'abc', '--dry-run');
    expect([exitCode, engine(cluster), writes(cluster)]).toEqual([0, [], []]);
    expect(stdout).toContain('valkey-cli --cluster create 10.0.0.10:6379');
  });
  it('waits for nodes that come up, and says for which', async () => {
    const cluster = fakeCluster('abc');
    const [a, b, c] = cluster.servers;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three servers');
    a.trouble = 'unreachable';
    b.trouble = 'loading';
    cluster.hosts.delete('c');
    const comings = [() => delete a.trouble, () => delete b.trouble, () => cluster.hosts.set('c', ['10.0.0.12'])];
    cluster.tick = () => void comings.shift()?.();
    const { exitCode, stderr } = await ensure(cluster, 'abc');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      'waiting for a:6379 (connection refused), b:6379 (it is loading its data), c:6379 (its name',
    );
  });
  it.each([['a'], ['c']])('waits until the node %s hears the others, though every node says ok', async (letter) => {
    const cluster = fakeCluster('abc', 'abc');
    const server = cluster.servers.find((one) => one.letter === letter);
    if (server === undefined) throw new Error('three servers');
    server.deafTo = ['a', 'b', 'c'];
    cluster.tick = () => {
      if (cluster.waiting.now() >= 2000) server.deafTo = [];
    };
    const { exitCode, stdout, stderr } = await ensure(cluster, 'abc');
    expect([exitCode, engine(cluster), writes(cluster)]).toEqual([0, [], []]);
    expect([cluster.waiting.now() >= 2000, stdout.includes('plan:')]).toEqual([true, false]);
    expect(stderr).toContain(`${letter}:6379 has not heard from `);
  });
  it('is refused in the end where nodes say ok and never hear each other', async () => {
    const cluster = fakeCluster('abc', 'abc');
    for (const server of cluster.servers) server.deafTo = ['a', 'b', 'c'];
    const result = await ensure(cluster, 'abc', '--timeout', '3');
    expect(result).toMatchObject({ codes: ['VB711'], exitCode: 75, stdout: '' });
    expect([engine(cluster), writes(cluster)]).toEqual([[], []]);
  });
  it('waits until the cluster answers for keys', async () => {
    const cluster = fakeCluster('abc', 'abc');
    cluster.isDown = true;
    cluster.tick = () => {
      if (cluster.waiting.now() >= 2000) cluster.isDown = false;
    };
    expect((await ensure(cluster, 'abc')).exitCode).toBe(0);
    expect(cluster.waiting.now()).toBeGreaterThanOrEqual(2000);
  });
  it('asks a name with several addresses at the first one that answers', async () => {
    const cluster = fakeCluster('abc');
    cluster.hosts.set('a', ['10.0.0.99', '10.0.0.10', '10.0.0.98']);
    expect((await ensure(cluster, 'abc')).stdout).toContain('--cluster create 10.0.0.10:6379 ');
    expect(cluster.asked.some(({ ip }) => ip === '10.0.0.98')).toBe(false);
  });
  it.each([
    ['unreachable', 'VB704', 75],
    ['loading', 'VB704', 75],
    ['password', 'VB705', 1],
    ['TLS', 'VB718', 78],
    ['standalone', 'VB706', 1],
  ] as const)('is refused where a node is %s for good: %s', async (trouble, code, exitCode) => {
    const cluster = fakeCluster('abc');
    for (const server of cluster.servers.slice(1, 2)) server.trouble = trouble;
    const result = await ensure(cluster, 'abc', '--timeout', '2');
    expect(result).toMatchObject({ codes: [code], exitCode });
    expect(result.stderr).toContain('b:6379');
    // What time does not mend is not waited for.
    expect(cluster.waiting.now() > 0).toBe(exitCode === 75);
    expect([engine(cluster), writes(cluster)]).toEqual([[], []]);
  });
  it('is refused where a name does not resolve', async () => {
    const cluster = fakeCluster('abc');
    expect(await runCluster(cluster, ['ensure', '--nodes', 'a,b,nosuch', '--timeout', '1'])).toMatchObject({
      codes: ['VB703'],
      exitCode: 75,
    });
  });
  it.each([
    ['a,b', 'VB701'],
    ['a,b,a', 'VB702'],
    ['a,b,a:6379', 'VB702'],
    ['a,b,c:x', 'VB601'],
  ])('is refused before any node is asked: %s: %s', async (nodes, code) => {
    const cluster = fakeCluster('abc');
    expect((await runCluster(cluster, ['ensure', '--nodes', nodes])).codes).toEqual([code]);
    expect(cluster.asked).toEqual([]);
  });
  it('is refused without --nodes', async () => {
    expect((await runCluster(fakeCluster('abc'), ['ensure'])).codes).toEqual(['VB601']);
  });
  it('fails where valkey-cli does, and gives its lock back', async () => {
    const cluster = fakeCluster('abc');
    cluster.engine = () => 1;
    expect(await ensure(cluster, 'abc')).toMatchObject({ codes: ['VB714'], exitCode: 75 });
    expect([engine(cluster), cluster.sessions()]).toEqual([['create'], 0]);
  });
  it('fails where what it did does not show', async () => {
    const cluster = fakeCluster('abc');
    cluster.engine = () => 0;
    expect(await ensure(cluster, 'abc', '--timeout', '3')).toMatchObject({ codes: ['VB711'], exitCode: 75 });
    expect(engine(cluster)).toEqual(['create']);
  });
  it.each([
    ['abc', '', 'INFO'],
    ['abc', 'abc', 'EXISTS'],
    ['abc', 'ab', 'CLUSTER MEET'],
  ])('of %s, where %j are a cluster, is refused where it may not ask for %s', async (all, formed, denied) => {
    const cluster = fakeCluster(all, formed);
    for (const server of cluster.servers) server.denied = [denied];
    if (denied === 'CLUSTER MEET') for (const server of cluster.servers) server.knows = [server.letter];
    const { codes, stderr } = await ensure(cluster, all, '--timeout', '3');
    expect([codes, engine(cluster)]).toEqual([['VB716'], []]);
    expect(stderr).toContain('NOPERM');
  });
  it('says that the mark of moving slots stays where it may not be deleted', async () => {
    const cluster = fakeCluster('abcd', 'abc');
    for (const server of cluster.servers) server.denied = ['DEL'];
    expect(await ensure(cluster, 'abcd')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('DEL: NOPERM'),
    });
  });
  it('says at which bus port nobody listens, where nodes do not join', async () => {
    const cluster = fakeCluster('abc');
    cluster.engine = () => 0;
    for (const server of cluster.servers) if (server.letter === 'b') server.closedPorts = [16_379];
    const closed = 'nothing listens on bus port 16379 at 10.0.0.11:6379';
    const { exitCode, codes, stderr } = await ensure(cluster, 'abc', '--timeout', '30');
    expect([exitCode, codes]).toEqual([75, ['VB721']]);
    expect(stderr).toMatch(new RegExp(`waiting: .*: ${closed}`));
  });
  it('is refused where two servers have one id, before anything is done', async () => {
    const cluster = fakeCluster('abcd');
    for (const server of cluster.servers) if (server.letter === 'd') server.cloneOf = 'a';
    const { exitCode, codes, stderr } = await ensure(cluster, 'abcd');
    expect([exitCode, codes, engine(cluster), writes(cluster)]).toEqual([1, ['VB719'], [], []]);
    expect(stderr).toContain('two servers, one id: a:6379 (10.0.0.10:6379) and d:6379 (10.0.0.13:6379)');
  });
  it('ends with 143 where it is told to stop', async () => {
    const cluster = fakeCluster('abc');
    cluster.tick = () => cluster.stop();
    for (const server of cluster.servers) server.trouble = 'unreachable';
    expect(await ensure(cluster, 'abc')).toMatchObject({ exitCode: 143, codes: [] });
  });
});

describe('two runs', () => {
  it('lock the nodes in one order, however they name them', async () => {
    const cluster = fakeCluster('abc');
    await ensure(cluster, 'cba');
    expect(cluster.commands.filter((line) => /CLIENT SETNAME v/.test(line)).map((line) => line.charAt(0))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
  it('the second waits for the first, and finds nothing left to do', async () => {
    const cluster = fakeCluster('abc');
    cluster.otherRun = { idle: 0 };
    cluster.tick = () => {
      if (cluster.waiting.now() < 2000) return;
      cluster.otherRun = null;
      cluster.engine(['--cluster', 'create', '10.0.0.10:6379', '10.0.0.11:6379', '10.0.0.12:6379']);
    };
    const { exitCode, stderr } = await ensure(cluster, 'abc');
    expect([exitCode, engine(cluster)]).toEqual([0, []]);
    expect(stderr).toContain('another run works on a:6379');
  });
  it('the second gives up when its time is up', async () => {
    const cluster = fakeCluster('abc');
    cluster.otherRun = { idle: 0 };
    expect(await ensure(cluster, 'abc', '--timeout', '2')).toMatchObject({ codes: ['VB712'], exitCode: 75 });
    expect(engine(cluster)).toEqual([]);
  });
  it('the second closes the connection of a first one that has been silent for long', async () => {
    const cluster = fakeCluster('abc');
    cluster.otherRun = { idle: 20 };
    expect((await ensure(cluster, 'abc')).exitCode).toBe(0);
    expect(cluster.commands).toContain('a CLIENT KILL ID 4');
  });
  it('one that loses its lock stops', async () => {
    const cluster = fakeCluster('abc');
    const { open } = cluster.waiting;
    const losing: FakeCluster['waiting'] = {
      ...cluster.waiting,
      open: (at) => {
        const session = open(at);
        const ask: typeof session.ask = async (sent, timeoutMs) =>
          sent[0]?.[1] === 'GETNAME' ? { kind: 'replies', replies: [null] } : session.ask(sent, timeoutMs);
        return { ...session, ask };
      },
    };
    expect(await ensure({ ...cluster, waiting: losing }, 'abc')).toMatchObject({ codes: ['VB713'], exitCode: 75 });
    expect([engine(cluster), writes(cluster), cluster.sessions()]).toEqual([[], [], 0]);
  });
});

describe('a move of a slot that was cut off', () => {
  const keys = ['one', 't\0 \xff\n"wo', 'three'].map(asBytes);
  const cutOff = (password?: string) => {
    const cluster = fakeCluster('abc', 'abc');
    const [a, b] = cluster.servers;
    if (a === undefined || b === undefined) throw new Error('no servers');
    const slots = [a.slots, b.slots] as const;
    a.slots += ` [33->-${idOf('b')}]`;
    b.slots += ` [33-<-${idOf('a')}]`;
    a.slotKeys = [...keys];
    let left: readonly string[] | null = null;
    cluster.engine = () => {
      left = [...a.slotKeys];
      [a.slots, b.slots] = slots;
      return 0;
    };
    const env = password === undefined ? {} : { VALKEY_PASSWORD: password };
    const run = () => runCluster(cluster, ['ensure', '--nodes', 'a,b,c'], env);
    return { cluster, a, b, run, left: () => left };
  };

  it('has no key left at its owner when valkey-cli repairs the slot', async () => {
    const { cluster, b, run, left } = cutOff();
    expect((await run()).exitCode).toBe(0);
    expect([engine(cluster), left(), b.slotKeys]).toEqual([['fix'], [], keys]);
    expect(writes(cluster)[0]).toBe(`a CLUSTER SETSLOT 33 MIGRATING ${idOf('b')}`);
    expect(writes(cluster)).toContain(`a MIGRATE 10.0.0.11 6379  0 15000 REPLACE KEYS one ${keys[1]}`);
  });

  it('is moved by an owner that logs in', async () => {
    const { cluster, run } = cutOff('pass "word');
    expect((await run()).exitCode).toBe(0);
    expect(writes(cluster).find((line) => line.includes('MIGRATE 10'))).toContain(' REPLACE AUTH pass "word KEYS one ');
  });

  it('is left as it is where the owner cannot hand its keys over', async () => {
    const { cluster, b } = cutOff();
    const { waiting } = cluster;
    const refusing: FakeCluster['waiting'] = {
      ...waiting,
      ask: async (at, sent, limits) =>
        sent[0]?.[0] === 'MIGRATE'
          ? { kind: 'replies', replies: [failing('IOERR error or timeout writing to target')] }
          : waiting.ask(at, sent, limits),
    };
    const { exitCode, codes, stderr } = await runCluster({ waiting: refusing }, ['ensure', '--nodes', 'a,b,c'], {
      VALKEY_PASSWORD: 's3cret',
    });
    expect({ exitCode, codes, engine: engine(cluster), moved: b.slotKeys }).toEqual({
      exitCode: 75,
      codes: ['VB714'],
      engine: [],
      moved: [],
    });
    expect(stderr).toContain('a:6379: MIGRATE: IOERR error or timeout');
    expect(stderr).not.toContain('s3cret');
    expect(cluster.sessions()).toBe(0);
  });
});
