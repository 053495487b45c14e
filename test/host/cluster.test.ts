import { describe, expect, it } from 'vitest';
import { type FakeCluster, fakeCluster } from '../support/fake-cluster.ts';
import { waitingTool } from '../support/fake-start.ts';

const run = (cluster: FakeCluster, args: readonly string[], env = {}, files = {}) =>
  waitingTool(['cluster', ...args], env, { waiting: cluster.waiting, files });
const ensure = (cluster: FakeCluster, nodes: string, ...more: string[]) =>
  run(cluster, ['ensure', '--nodes', nodes.split('').join(), ...more]);
const engine = (cluster: FakeCluster) => cluster.runs.flatMap(({ args }) => (args[0] === '--cluster' ? [args[1]] : []));
const writes = ({ commands }: FakeCluster) =>
  commands.filter((line) => !/^\S+ (INFO|MULTI|EXEC|EXISTS|CLUSTER (NODES|INFO|KEYSLOT)|CLIENT )/.test(line));

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
      locked = cluster.conversations();
      return real(args);
    };
    await ensure(cluster, 'abc');
    expect([locked, cluster.conversations()]).toEqual([3, 0]);
  });
  it('adds nodes and gives them slots', async () => {
    const cluster = fakeCluster('abcde', 'abc');
    expect((await ensure(cluster, 'abcde')).exitCode).toBe(0);
    expect(engine(cluster)).toEqual(['add-node', 'add-node', 'rebalance']);
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
    expect(marked).toEqual([expect.stringMatching(/^a SET \{valkey-bundle\}:cluster-ensure .* EX \d+$/)]);
    expect(writes(cluster).at(-1)).toBe('a DEL {valkey-bundle}:cluster-ensure');
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
  it('asks a name with several addresses at the first one that answers', async () => {
    const cluster = fakeCluster('abc');
    cluster.hosts.set('a', ['10.0.0.99', '10.0.0.10', '10.0.0.98']);
    expect((await ensure(cluster, 'abc')).stdout).toContain('--cluster create 10.0.0.10:6379 ');
    expect(cluster.runs.some(({ args }) => args.includes('10.0.0.98'))).toBe(false);
  });
  it.each([
    ['unreachable', 'VB704', 75],
    ['loading', 'VB704', 75],
    ['password', 'VB705', 1],
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
    expect(await run(cluster, ['ensure', '--nodes', 'a,b,nosuch', '--timeout', '1'])).toMatchObject({
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
    expect((await run(cluster, ['ensure', '--nodes', nodes])).codes).toEqual([code]);
    expect(cluster.runs).toEqual([]);
  });
  it('is refused without --nodes', async () => {
    expect((await run(fakeCluster('abc'), ['ensure'])).codes).toEqual(['VB601']);
  });
  it('fails where valkey-cli does, and gives its lock back', async () => {
    const cluster = fakeCluster('abc');
    cluster.engine = () => 1;
    expect(await ensure(cluster, 'abc')).toMatchObject({ codes: ['VB714'], exitCode: 75 });
    expect([engine(cluster), cluster.conversations()]).toEqual([['create'], 0]);
  });
  it('fails where what it did does not show', async () => {
    const cluster = fakeCluster('abc');
    cluster.engine = () => 0;
    expect(await ensure(cluster, 'abc', '--timeout', '3')).toMatchObject({ codes: ['VB711'], exitCode: 75 });
    expect(engine(cluster)).toEqual(['create']);
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
    const converse = cluster.waiting.converse;
    const losing = {
      ...cluster.waiting,
      converse: (...given: Parameters<typeof converse>) => {
        const conversation = converse(...given);
        const ask: typeof conversation.ask = async (text, ...rest) =>
          text.startsWith('CLIENT GETNAME') ? ['null'] : conversation.ask(text, ...rest);
        return { ...conversation, ask };
      },
    };
    expect(await ensure({ ...cluster, waiting: losing }, 'abc')).toMatchObject({ codes: ['VB713'], exitCode: 75 });
    expect([engine(cluster), writes(cluster), cluster.conversations()]).toEqual([[], [], 0]);
  });
});

describe('the password', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['from a file', ['--password-file', '/pw'], {}],
    ['from VALKEY_PASSWORD', [], { VALKEY_PASSWORD: 'hidden' }],
    ['from VALKEY_PASSWORD_FILE', [], { VALKEY_PASSWORD_FILE: '/pw' }],
    ['from VALKEYCLI_AUTH', [], { VALKEYCLI_AUTH: 'hidden' }],
    ['from a file rather than the environment', ['--password-file', '/pw'], { REDISCLI_AUTH: 'other' }],
  ])('%s reaches valkey-cli by its environment alone', async (_, args, env) => {
    const cluster = fakeCluster('abc');
    const result = await run(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, { '/pw': 'hidden\n' });
    expect(result.exitCode).toBe(0);
    for (const one of cluster.runs) {
      expect(one.env).toMatchObject({ REDISCLI_AUTH: 'hidden', VALKEYCLI_AUTH: 'hidden' });
      expect(one.env).not.toHaveProperty('VALKEY_PASSWORD');
      expect(one.args.join(' ')).not.toContain('hidden');
    }
    expect(`${result.stdout}${result.stderr}`).not.toContain('hidden');
  });
  it.each([
    [['--password-file', '/none'], {}, 'VB205'],
    [['--password-file', '/empty'], {}, 'VB205'],
    [[], { VALKEY_PASSWORD: 'x', VALKEY_PASSWORD_FILE: '/pw' }, 'VB206'],
  ])('%j with %j is refused with %s', async (args, env, code) => {
    const cluster = fakeCluster('abc');
    const result = await run(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, { '/pw': 'x', '/empty': '\n' });
    expect([result.codes, cluster.runs.length]).toEqual([[code], 0]);
  });
});

describe('TLS', () => {
  const pem = '-----BEGIN CERTIFICATE-----\n';
  const files = { '/ca': pem, '/c': pem, '/k': pem, '/other': pem, '/text': 'x\n', '/d': { directory: true } as const };
  const all = ['--tls', '--cacert', '/ca', '--cert', '/c', '--key', '/k'];
  const variables = { VALKEY_TLS_CA_CERT_FILE: '/ca', VALKEY_TLS_CERT_FILE: '/c', VALKEY_TLS_KEY_FILE: '/k' };
  const ran = async (args: readonly string[], env = {}) => {
    const cluster = fakeCluster('abc');
    const { codes } = await run(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, files);
    return { codes, given: cluster.runs.map((one) => one.args) };
  };

  it.each<[string, string[], Record<string, string>, string[]]>([
    ['from options, with a user', ['--user', 'admin', ...all.slice(1)], {}, ['--user', 'admin', ...all]],
    ['from the environment', [], variables, all],
    ['from an option rather than the environment', ['--cacert', '/other'], variables, all.with(2, '/other')],
    ['without files', ['--tls'], {}, ['--tls']],
    ['without files, by VALKEY_TLS', [], { VALKEY_TLS: '1' }, ['--tls']],
  ])('%s is spoken with every node and by valkey-cli --cluster', async (_, args, env, expected) => {
    const { codes, given } = await ran(args, env);
    expect(codes).toEqual([]);
    expect(given.some(([first]) => first === '--cluster')).toBe(true);
    for (const one of given) expect(one.slice(-expected.length)).toEqual(expected);
  });
  it('is not spoken unless something asks for it', async () => {
    const { given } = await ran([], { VALKEY_TLS: 'no', VALKEY_TLS_CA_CERT_FILE: '' });
    for (const one of given) expect(one).not.toContain('--tls');
  });
  it.each<[string[], Record<string, string>, string]>([
    [['--cacert', '/none'], {}, 'argv[5]: error VB717: /none: no such file'],
    [['--cacert', '/d'], {}, '/d: a directory'],
    [['--cacert', '/text'], {}, '/text: no PEM file'],
    [['--cert', '/c'], {}, 'given together'],
    [[], { VALKEY_TLS_KEY_FILE: '/none' }, 'VALKEY_TLS_KEY_FILE: error VB717: /none'],
    [[], { VALKEY_TLS_KEY_FILE: '/k' }, 'given together'],
  ])('%j with %j is refused before any node is asked', async (args, env, text) => {
    const cluster = fakeCluster('abc');
    const result = await run(cluster, ['ensure', '--nodes', 'a,b,c', ...args], env, files);
    expect([result.codes, result.exitCode, cluster.runs.length]).toEqual([['VB717'], 66, 0]);
    expect(result.stderr).toContain(text);
  });
  it('goes to the TLS port of the own server where no node is named', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const argv = ['valkey-server', '--bind', '10.0.0.10', '--port', '6379', '--tls-port', '6380'];
    const lastStart = JSON.stringify({ argv });
    await waitingTool(['cluster', 'check'], variables, { waiting: cluster.waiting, lastStart, files });
    expect(cluster.runs[0]?.args.slice(0, 4)).toEqual(['-h', '10.0.0.10', '-p', '6380']);
  });
});

describe('cluster check', () => {
  it('finds all members from one, and names the node whose modules differ', async () => {
    const result = await run(fakeCluster('abc', 'abc'), ['check', '--nodes', 'a', '--json', '--timeout', '0']);
    const report = JSON.parse(result.stdout);
    expect(report).toMatchObject({ version: 1, ok: false, nodes: [{}, {}, {}] });
    const failed = report.checks.filter(({ ok }: { ok: boolean }) => !ok);
    expect(failed).toMatchObject([{ name: 'modules', problems: [expect.stringMatching(/^c:6379 has search with/)] }]);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'] });
  });
  it('is green where everything is as it should be', async () => {
    const result = await run(fakeCluster('ab', 'ab'), ['check', '--nodes', 'a']);
    expect(result).toMatchObject({ exitCode: 0, codes: [] });
    expect(result.stdout).toMatch(/^ok {3}modules/m);
  });
  it('says which member does not answer', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers.slice(1)) server.trouble = 'unreachable';
    const result = await run(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/FAIL answers\n +b:6379: connection refused/);
  });
  it('says which port of which node cannot be reached from where it runs', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) if (server.letter === 'b') server.closedPorts = [6379 + 20_294];
    const result = await run(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'] });
    expect(result.stdout).toMatch(/FAIL ports\n +b:6379: the coordinator port of search, 10\.0\.0\.11:26673: ECONNREF/);
    expect(result.stdout).toMatch(/^ok {3}answers/m);
  });
  it('asks again for a while what is not yet as it should be', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const [, b] = cluster.servers;
    if (b === undefined) throw new Error('two servers');
    b.trouble = 'loading';
    cluster.tick = () => delete b.trouble;
    expect((await run(cluster, ['check', '--nodes', 'a'])).exitCode).toBe(0);
  });
  it('starts from the server of its own container where no node is named', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const lastStart = JSON.stringify({ argv: ['valkey-server', '--bind', '10.0.0.10', '--requirepass', 'hidden'] });
    const result = await waitingTool(['cluster', 'check'], {}, { waiting: cluster.waiting, lastStart });
    expect(result.exitCode).toBe(0);
    expect(cluster.runs[0]).toMatchObject({ env: { REDISCLI_AUTH: 'hidden' } });
  });
});

describe('cluster verify-coordinator', () => {
  const verify = (cluster: FakeCluster) => run(cluster, ['verify-coordinator', '--nodes', 'a', '--timeout', '2']);
  const left = ({ servers }: FakeCluster) => servers.flatMap(({ indexes }) => indexes);

  it('is content where the index reaches all nodes, says that a stand-in cannot search, and leaves nothing', async () => {
    const cluster = fakeCluster('abc', 'abc');
    expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: ['VB735'] });
    expect(left(cluster)).toEqual([]);
  });
  it('fails where the index stays on one node, names the others, and leaves nothing', async () => {
    const cluster = fakeCluster('abc', 'abc');
    cluster.handsOn = false;
    const result = await verify(cluster);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB732'] });
    expect(result.stderr).toContain('is not on b:6379, c:6379');
    expect(left(cluster)).toEqual([]);
  });

  describe('where search searches', () => {
    const searching = (letters: string) => Object.assign(fakeCluster(letters, letters), { searches: true });
    const documents = ({ servers }: FakeCluster) => servers.flatMap((server) => server.documents);

    it('finds the document of each shard from all of them, and leaves nothing', async () => {
      const cluster = searching('abc');
      const result = await verify(cluster);
      expect(result).toMatchObject({ exitCode: 0, codes: [] });
      expect(result.stdout).toContain('a KNN query to each of 3 primaries finds the documents of all of them');
      expect([left(cluster), documents(cluster)]).toEqual([[], []]);
    });
    it('finds more documents than a search gives where it is not told how many', async () => {
      const result = await verify(searching('abcdef012345'));
      expect(result).toMatchObject({ exitCode: 0, codes: [] });
      expect(result.stdout).toContain('to each of 12 primaries');
    });
    it('has a document on a shard of a single slot, too', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers)
        server.slots = { a: '0-5460', b: '5461', c: '5462-16383' }[server.letter] ?? '';
      expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: [] });
      expect(cluster.commands.filter((line) => line.startsWith('b HSET'))).toHaveLength(1);
    });
    it('names the node whose query misses documents, and whose they are, and leaves nothing', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers) server.isAlone = server.letter === 'b';
      const result = await verify(cluster);
      expect(result).toMatchObject({ exitCode: 1, codes: ['VB733'] });
      expect(result.stderr).toContain('b:6379 does not find the documents of a:6379, c:6379');
      expect([left(cluster), documents(cluster)]).toEqual([[], []]);
    });
    it('waits for documents that are not found at once', async () => {
      const cluster = searching('abc');
      for (const server of cluster.servers) server.isAlone = true;
      cluster.tick = () => {
        for (const server of cluster.servers) server.isAlone = false;
      };
      expect(await verify(cluster)).toMatchObject({ exitCode: 0, codes: [] });
    });
  });

  it('cleans up also where it is told to stop', async () => {
    const cluster = fakeCluster('abc', 'abc');
    cluster.handsOn = false;
    cluster.tick = () => cluster.stop();
    expect((await verify(cluster)).exitCode).toBe(143);
    expect(left(cluster)).toEqual([]);
  });
});

it.each([[], ['form'], ['check', 'x'], ['ensure', '--force']])(
  'cluster %j is a wrong command line',
  async (...args) => {
    expect(await run(fakeCluster('abc'), args)).toMatchObject({ codes: ['VB601'], exitCode: 64 });
  },
);

it('resolve prints the addresses of the names that have some', async () => {
  const { waiting } = fakeCluster('ab');
  expect(await waitingTool(['resolve', 'a', 'nosuch', 'b'], {}, { waiting })).toMatchObject({
    exitCode: 0,
    stdout: 'a 10.0.0.10\nb 10.0.0.11\n',
  });
});
