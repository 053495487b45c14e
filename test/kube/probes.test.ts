import { beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();

/** What the StatefulSet's probes say of a node, as exit codes: startup and liveness ask --alive, readiness --joined. */
async function probes({ container }: TestServer): Promise<{ alive: number; healthy: number; joined: number }> {
  const [alive, healthy, joined] = await Promise.all([
    container.exec('valkey-bundle', 'health', '--alive'),
    container.exec('valkey-bundle', 'health'),
    container.exec('valkey-bundle', 'health', '--joined'),
  ]);
  return { alive: alive.exitCode, healthy: healthy.exitCode, joined: joined.exitCode };
}

describe('a node of a cluster', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await containers.serve({
      command: [
        '--cluster-enabled',
        'yes',
        '--enable-debug-command',
        'yes',
        '--loading-process-events-interval-bytes',
        '1024',
      ],
    });
  });

  it('that knows no other is alive and healthy, and not joined', async () => {
    expect(await probes(server)).toEqual({ alive: 0, healthy: 0, joined: 1 });
  });

  it('whose cluster is not ok says so where it is asked for that', async () => {
    const { exitCode, stderr } = await server.container.exec('valkey-bundle', 'health', '--cluster-ok');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('VB720: the server says cluster_state:fail')]);
  });

  it('that runs a long script is alive, and not ready', async () => {
    await server.call('CONFIG', 'SET', 'busy-reply-threshold', '10');
    await server.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until('the cluster state is ok', async () =>
      String(await server.call('CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
    );
    const script = 'local began = redis.call("TIME")[1]; while redis.call("TIME")[1] - began < 600 do end';
    const running = server.container.exec('valkey-cli', 'EVAL', script, '0');
    await until('it is busy', async () => ((await probes(server)).healthy === 1 ? true : undefined));
    expect(await probes(server)).toEqual({ alive: 0, healthy: 1, joined: 1 });
    await server.container.exec('valkey-cli', 'SCRIPT', 'KILL');
    await running;
    expect(await probes(server)).toMatchObject({ alive: 0, healthy: 0 });
  });

  it('that loads its data is alive, and not ready', async () => {
    await Promise.all(Array.from({ length: 3000 }, (_, index) => server.call('SET', `key:${index}`, 'x'.repeat(200))));
    // Microseconds for each key.
    await server.call('CONFIG', 'SET', 'key-load-delay', '100000');
    const loading = server.container.exec('valkey-cli', 'DEBUG', 'RELOAD');
    await until('it loads', async () => ((await probes(server)).healthy === 1 ? true : undefined));
    expect(await probes(server)).toEqual({ alive: 0, healthy: 1, joined: 1 });
    const { stdout } = await server.container.exec('valkey-bundle', 'health', '--alive');
    expect(stdout).toBe('alive (loading)\n');
    await server.container.docker.kill();
    await loading.catch(() => {});
  });
});

it('a server without cluster mode is ready', async () => {
  expect(await probes(await containers.serve({}))).toEqual({ alive: 0, healthy: 0, joined: 0 });
});

it('a node that does not let the probe ask has joined where its nodes.conf names another node', async () => {
  const { container } = await containers.serve({ command: ['--cluster-enabled', 'yes'] });
  expect((await container.exec('valkey-cli', 'ACL', 'SETUSER', 'default', '-cluster|info')).stdout).toBe('OK\n');
  const joined = () => container.exec('valkey-bundle', 'health', '--joined');
  expect(await joined()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('VB603') });
  const row = `${'b'.repeat(40)} 127.0.0.9:6379@16379 master - 0 0 1 connected`;
  await container.exec('sh', '-c', `sed -i '1i ${row}' /data/nodes.conf`);
  expect(await joined()).toMatchObject({ exitCode: 0, stdout: 'joined\n' });
});

it('a server that does not answer is not alive', async () => {
  const server = await containers.serve({});
  expect((await server.container.exec('valkey-cli', 'CLIENT', 'PAUSE', '600000', 'ALL')).exitCode).toBe(0);
  expect(await probes(server)).toEqual({ alive: 1, healthy: 1, joined: 1 });
});
