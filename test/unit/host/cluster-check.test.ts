import { describe, expect, it } from 'vitest';
import { fakeCluster } from '../../support/fake-cluster.ts';
import { recordOfStart, runCluster, waitingTool } from '../../support/fake-start.ts';

describe('cluster check', () => {
  it('finds all members from one, and names the node whose modules differ', async () => {
    const result = await runCluster(fakeCluster('abc', 'abc'), ['check', '--nodes', 'a', '--json', '--timeout', '0']);
    const report = JSON.parse(result.stdout);
    expect(report).toMatchObject({ version: 1, ok: false, nodes: [{}, {}, {}] });
    const failed = report.checks.filter(({ ok }: { ok: boolean }) => !ok);
    expect(failed).toMatchObject([{ name: 'modules', problems: [expect.stringMatching(/^c:6379 has search with/)] }]);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'] });
  });
  it('is green where everything is as it should be', async () => {
    const result = await runCluster(fakeCluster('ab', 'ab'), ['check', '--nodes', 'a']);
    expect(result).toMatchObject({ exitCode: 0, codes: [] });
    expect(result.stdout).toMatch(/^ok {3}modules/m);
  });
  it('says which member does not answer', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers.slice(1)) server.trouble = 'unreachable';
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/FAIL answers\n +b:6379: connection refused/);
  });
  it('says which port of which node cannot be reached from where it runs', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) if (server.letter === 'b') server.closedPorts = [6379 + 20_294];
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'] });
    expect(result.stdout).toMatch(/FAIL ports\n +b:6379: the coordinator port of search, 10\.0\.0\.11:26673: ECONNREF/);
    expect(result.stdout).toMatch(/^ok {3}answers/m);
  });
  it('says who does not hear whom, though each node says that all is well', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) server.deafTo = ['a', 'b'];
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'] });
    expect(result.stdout).toMatch(/^ok {3}state/m);
    expect(result.stdout).toMatch(
      /FAIL links\n +a:6379 does not reach b:6379 \(no answer on its link\)\n +b:6379 does not reach a:6379 /,
    );
  });
  it.each<[string, string[], RegExp]>([
    ['MODULE LIST', ['modules', 'ports'], /b:6379: MODULE LIST: NOPERM/],
    ['CONFIG GET', ['modules'], /b:6379: CONFIG GET: NOPERM/],
  ])('fails where %s may not be asked of a node, and names the reason', async (denied, checks, reason) => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) if (server.letter === 'b') server.denied = [denied];
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB720'], stdout: expect.stringMatching(reason) });
    expect(result.stderr).toContain(`failed: ${checks.join(', ')}`);
  });
  it.each(['INFO', 'CLUSTER NODES'])('fails where a node may not be asked for %s', async (denied) => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) server.denied = [denied];
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB716'] });
  });
  it('says that two servers have one id, where the others take the one for the other', async () => {
    const cluster = fakeCluster('abc', 'abc');
    // `a` sees itself and `b`; `b` sees `c` in its place, which runs on a copy of its data.
    for (const server of cluster.servers) {
      if (server.letter === 'a') server.knows = ['a', 'b'];
      else server.knows = ['b', 'c'];
      if (server.letter === 'c') server.cloneOf = 'a';
    }
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB719', 'VB720'] });
    expect(result.stdout).toMatch(
      /^FAIL ids\n +two servers, one id: a:6379 \(10\.0\.0\.10:6379\) and 10\.0\.0\.12:6379$/m,
    );
  });
  it('says at which bus port nobody listens, only where nodes do not reach each other', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const [, b] = cluster.servers;
    if (b === undefined) throw new Error('two servers');
    b.closedPorts = [16_379];
    const run = () => runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '0']);
    expect(await run()).toMatchObject({ exitCode: 0, codes: [] });
    b.isUnlinked = true;
    const result = await run();
    expect(result).toMatchObject({ exitCode: 1, codes: ['VB721', 'VB720'] });
    expect(result.stdout).toMatch(/^FAIL links\n +nothing listens on bus port 16379 at 10\.0\.0\.11:6379$/m);
  });
  it('asks again for a while what is not yet as it should be', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const [, b] = cluster.servers;
    if (b === undefined) throw new Error('two servers');
    b.trouble = 'loading';
    cluster.tick = () => delete b.trouble;
    expect((await runCluster(cluster, ['check', '--nodes', 'a'])).exitCode).toBe(0);
  });
  it.each(['loading', 'unreachable'] as const)('asks again the node to begin with, where it is %s', async (trouble) => {
    const cluster = fakeCluster('ab', 'ab');
    const [a] = cluster.servers;
    if (a === undefined) throw new Error('two servers');
    a.trouble = trouble;
    let waits = 0;
    cluster.tick = () => {
      if (++waits === 100) delete a.trouble;
    };
    const run = (seconds: string) => runCluster(cluster, ['check', '--nodes', 'a', '--timeout', seconds]);
    expect(await run('0')).toMatchObject({ exitCode: 75, codes: ['VB704'] });
    expect(await run('20')).toMatchObject({ exitCode: 75, codes: ['VB704'] });
    expect((await run('60')).exitCode).toBe(0);
  });
  it('does not ask again for what time does not change', async () => {
    const cluster = fakeCluster('ab', 'ab');
    for (const server of cluster.servers) server.trouble = 'password';
    cluster.tick = () => expect.unreachable();
    const result = await runCluster(cluster, ['check', '--nodes', 'a', '--timeout', '60']);
    expect(result).toMatchObject({ codes: ['VB705'] });
  });
  it('asks again where the first round alone took longer than that', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const [, b] = cluster.servers;
    if (b === undefined) throw new Error('two servers');
    b.trouble = 'loading';
    cluster.tick = () => delete b.trouble;
    let late = 0;
    const { ask, now } = cluster.waiting;
    cluster.waiting.now = () => now() + late;
    cluster.waiting.ask = (...given) => {
      late += 4000;
      return ask(...given);
    };
    expect((await runCluster(cluster, ['check', '--nodes', 'a'])).exitCode).toBe(0);
  });
  it('starts from the server of its own container where no node is named', async () => {
    const cluster = fakeCluster('ab', 'ab');
    const addresses = ['10.0.0.10'];
    const lastStart = recordOfStart(['--bind', '10.0.0.10', '--requirepass', 'hidden'], { addresses });
    const result = await waitingTool(
      ['cluster', 'check'],
      {},
      {
        waiting: cluster.waiting,
        lastStart,
        addresses,
      },
    );
    expect(result.exitCode).toBe(0);
    expect(cluster.asked[0]).toMatchObject({ ip: '10.0.0.10', port: 6379, login: ['hidden'], tls: null });
  });
});

it.each([[], ['form'], ['check', 'x'], ['ensure', '--force']])(
  'cluster %j is a wrong command line',
  async (...args) => {
    expect(await runCluster(fakeCluster('abc'), args)).toMatchObject({ codes: ['VB601'], exitCode: 64 });
  },
);
