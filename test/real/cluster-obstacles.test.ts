import { expect, it } from 'vitest';
import { outputOf } from '../../scripts/lib/engine.ts';
import { type ClusterNode, named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();

async function start(names: readonly string[], argsOfLast: readonly string[] = []): Promise<ClusterNode[]> {
  const nodes = await Promise.all(
    names.map((name, index) => network.node(name, index === names.length - 1 ? { args: argsOfLast } : {})),
  );
  await untilUp(nodes);
  return nodes;
}

it('cluster ensure and check say that nobody listens at the bus port that a node announces', async () => {
  const nodes = await start(['b1', 'b2', 'b3'], ['--cluster-announce-bus-port', '17999']);
  const closed = `nothing listens on bus port 17999 at ${nodes[2]?.ip}:6379`;
  const ensured = await network.tool('cluster', 'ensure', '--nodes', named(nodes), '--timeout', '5');
  expect(ensured).toMatchObject({ exitCode: 75, stderr: expect.stringMatching(new RegExp(`VB721: .*${closed}`)) });
  const checked = await network.tool('cluster', 'check', '--nodes', named(nodes), '--timeout', '0');
  expect(checked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`VB721: ${closed}`) });
  expect(checked.stdout).toContain(closed);
});

it('cluster ensure and check say that two servers have one id, where one runs on a copy of the data of the other', async () => {
  const nodes = await start(['c1', 'c2', 'c3']);
  expect(await network.tool('cluster', 'ensure', '--nodes', named(nodes))).toMatchObject({ exitCode: 0 });
  const { stdout: text } = (await nodes[0]?.exec('cat', '/data/nodes.conf')) ?? { stdout: '' };
  const copy = await network.node('c4', { files: { '/data/nodes.conf': { text, uid: 999, mode: 0o644 } } });
  await untilUp([copy]);
  expect(await copy.cli('CLUSTER', 'MYID')).toBe(await nodes[0]?.cli('CLUSTER', 'MYID'));
  const twins = `two servers, one id: c1:6379 (${nodes[0]?.ip}:6379) and c4:6379 (${copy.ip}:6379)`;
  const all = [...nodes, copy];
  const ensured = await network.tool('cluster', 'ensure', '--nodes', named(all), '--timeout', '5');
  expect(ensured).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(`VB719: ${twins}`) });
  const checked = await network.tool('cluster', 'check', '--nodes', named(all), '--timeout', '0');
  expect(checked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`VB719: ${twins}`) });
});

it('cluster ensure gives a node a new epoch, of which another one remembers a later one', async () => {
  let nodes = await start(['e1', 'e2', 'e3']);
  expect(await network.tool('cluster', 'ensure', '--nodes', named(nodes))).toMatchObject({ exitCode: 0 });
  const id = await nodes[2]?.cli('CLUSTER', 'MYID');
  // As after a change of addresses in which one node answered in the place of another.
  const edit = `sed -i -E 's/^(${id} .* - [0-9]+ [0-9]+) [0-9]+ /\\1 77 /' /data/nodes.conf; exec bundle-docker-entrypoint valkey-server "$@"`;
  await nodes[0]?.remove();
  const first = await nodes[0]?.again({ entrypoint: ['sh', '-c', edit, 'sh'] });
  if (first === undefined) throw new Error('e1 is not there');
  nodes = [first, ...nodes.slice(1)];
  await untilUp(nodes);
  const check = (seconds: string) => network.tool('cluster', 'check', '--nodes', named(nodes), '--timeout', seconds);
  await until('the check fails by the epochs alone', async () => {
    const failed = [...(await check('0')).stdout.matchAll(/^FAIL (\w+)/gm)].map(([, name]) => name);
    return failed.join() === 'epochs' ? true : undefined;
  });
  const ensured = await network.tool('cluster', 'ensure', '--nodes', named(nodes));
  expect(ensured).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('give e3:6379') });
  expect(await check('60')).toMatchObject({ exitCode: 0 });
});

const pauseMs = 8000;

it('cluster ensure goes on with its work where a node answers nobody for eight seconds', async () => {
  const nodes = await Promise.all(['k1', 'k2', 'k3'].map((name) => network.node(name, { inMemory: true })));
  await untilUp(nodes);
  // As a node does that moves a big key, as soon as it has met another: the work has begun then, and is not over.
  const met = '[ "$(valkey-cli cluster nodes | wc -l)" -gt 1 ]';
  const paused = nodes[1]?.exec(
    ...['sh', '-c', `until ${met}; do sleep 0.05; done; date +%s%3N; valkey-cli CLIENT PAUSE ${pauseMs} ALL`],
  );
  const job = await network.job('cluster', 'ensure', '--nodes', named(nodes));
  expect((await job.wait()).StatusCode).toBe(0);
  const over = Date.now();
  const [began, answer] = (await paused)?.stdout.split('\n') ?? [];
  expect(answer).toBe('OK');
  // It had to wait for the answer: it was not over before the pause began.
  expect(over - Number(began)).toBeGreaterThanOrEqual(pauseMs);
  expect((await outputOf(job)).stderr).not.toContain('VB713');
});

it('cluster check that is killed while the server is silent leaves no process on it', async () => {
  const node = await network.node('z1', { inMemory: true });
  await untilUp([node]);
  expect(await node.cli('CLIENT', 'PAUSE', '60000', 'ALL')).toBe('OK');
  // As a kubelet ends a command at its time: without a chance to clean up. By then it has asked the server (port 18EB,
  // established).
  const script = `
    valkey-bundle cluster check --timeout 0 >/dev/null 2>&1 & tool=$!
    until grep -qi ':18EB 01' /proc/net/tcp; do sleep 0.05; done
    kill -9 $tool; wait $tool; sleep 0.2
    for process in /proc/[0-9]*; do
      if [ "$(cut -d' ' -f4 $process/stat 2>/dev/null)" = 1 ]; then echo "child of 1: $(cat $process/comm)"; fi
    done
    cat /proc/[0-9]*/comm | grep -c valkey-cli`;
  const { stdout } = await node.exec('sh', '-c', script);
  expect(stdout).toBe('0\n');
});
