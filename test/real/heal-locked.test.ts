import { describe, expect, it } from 'vitest';
import { type ClusterNode, untilUp, useClusterNetwork } from '../support/cluster-network.ts';
import { idOf } from '../support/cluster-view.ts';
import { until } from '../support/until.ts';

const network = useClusterNetwork();
const healing = ['bundle-docker-entrypoint', 'valkey-server'];
const server = '/usr/local/libexec/valkey/valkey-server';

/** Writes a nodes.conf in which v2 is not where its name leads, and becomes the server, without healing. */
function starting(own: string, before = ''): string[] {
  const rows = [
    `${idOf('a')} ${own}:6379@16379,v1,tls-port=0,shard-id=${idOf('1')} myself,master - 0 0 1 connected 0-100`,
    `${idOf('b')} 192.0.2.9:6379@16379,v2,tls-port=0,shard-id=${idOf('2')} master - 0 0 2 connected 101-16383`,
    'vars currentEpoch 2 lastVoteEpoch 0',
  ];
  return ['sh', '-ec', `printf '%s\\n' "${rows.join('" "')}" >/data/nodes.conf; ${before} exec ${server} "$@"`, 'sh'];
}

/** The file is as it was, and there is no copy of a former one. */
async function expectUntouched(node: ClusterNode): Promise<void> {
  expect((await node.exec('cat', '/data/nodes.conf')).stdout).toContain('192.0.2.9:6379@16379,v2');
  expect((await node.exec('ls', '/data')).stdout).not.toContain('before-refresh');
}

/** It reads the file once it holds the lock. Who tries the lock before that may take it from the server, which then ends. */
async function hasLocked(node: ClusterNode): Promise<void> {
  await until('the server has read the file', async () =>
    (await node.log()).includes('Node configuration loaded') ? true : undefined,
  );
}

describe('a start leaves nodes.conf alone', () => {
  it('where a server holds its lock, and its own server refuses the file, too', async () => {
    await untilUp([await network.node('v2', { inMemory: true })]);
    // A server locks the file before it loads its modules. It waits for the end of this one, and saves nothing: a save makes another file.
    const first = await network.node('v1', {
      entrypoint: starting('', 'mkfifo -m 700 /tmp/endless.so;'),
      args: ['--loadmodule', '/tmp/endless.so'],
    });
    await hasLocked(first);
    expect((await first.exec('flock', '-n', '/data/nodes.conf', 'true')).exitCode).toBe(1);
    const second = await first.again({ entrypoint: healing, host: 31, args: [] });
    const log = await until('the second server has ended', async () =>
      (await second.docker.inspect()).State.Running ? undefined : second.log(),
    );
    expect(log).toContain('VB753: another process holds its lock');
    expect(log).toContain('is already used by a different');
    await expectUntouched(first);
    await first.remove();
  });

  it('where a server of the same node runs, which has saved the file and so locks none any more', async () => {
    const first = await network.node('v1', {
      host: 21,
      entrypoint: starting('$(hostname -i)'),
      args: ['--protected-mode', 'no'],
    });
    await hasLocked(first);
    await until('it has saved', async () =>
      (await first.exec('flock', '-n', '/data/nodes.conf', 'true')).exitCode === 0 ? true : undefined,
    );
    await untilUp([first]);
    const second = await first.again({ entrypoint: healing, host: 32, args: [] });
    const log = await until('the second start has looked', async () =>
      (await second.log()).includes('VB75') ? second.log() : undefined,
    );
    expect(log).toContain(`VB753: a server with this node's id answers at ${first.ip}:6379`);
    await expectUntouched(first);
  });

  it('where a second start in its container is not the server that runs there, though the file has no own address', async () => {
    const first = await network.node('v1', {
      inMemory: true,
      entrypoint: starting(''),
      args: ['--requirepass', 'one'],
    });
    await hasLocked(first);
    await until('it has saved', async () =>
      (await first.exec('flock', '-n', '/data/nodes.conf', 'true')).exitCode === 0 ? true : undefined,
    );
    const again = (password: string) =>
      first.exec(
        ...healing,
        '--cluster-enabled',
        'yes',
        '--cluster-announce-hostname',
        'v1',
        '--requirepass',
        password,
      );
    const twin = await again('one');
    expect(twin.stderr).toContain("VB753: a server with this node's id answers at 127.0.0.1:6379");
    expect(twin.exitCode).toBe(1);
    expect((await again('another')).stderr).toContain('VB756');
    await expectUntouched(first);
  });
});
