import { describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();

interface Way {
  readonly title: string;
  readonly wish: ContainerWish;
  readonly password?: string;
}

const ways: readonly Way[] = [
  { title: 'as it comes', wish: {} },
  { title: 'with a locale that the image lacks', wish: { env: { LANG: 'en_US.UTF-8' } } },
  { title: 'on another port', wish: { command: ['--port', '7000'], port: 7000 } },
  {
    title: 'on another port, from a file',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'port 7001\n' }, port: 7001 },
  },
  {
    title: 'as root, with a password',
    wish: { user: 'root', env: { VALKEY_PASSWORD: 'secret' } },
    password: 'secret',
  },
  {
    title: 'under an init process',
    wish: { init: true, command: ['--port', '7000'], port: 7000, env: { VALKEY_PASSWORD: 'secret' } },
    password: 'secret',
  },
  { title: 'without a process title', wish: { command: ['--port', '7000', '--set-proc-title', 'no'], port: 7000 } },
  {
    title: 'whose configuration moved its port by include and option',
    wish: {
      command: ['/x.conf', '--port', '7003'],
      files: { '/x.conf': 'port 7001\ninclude /y.conf\n', '/y.conf': 'port 7002\nrequirepass secret\n' },
      port: 7003,
    },
    password: 'secret',
  },
  {
    title: 'with the configuration on standard input',
    wish: { command: ['-'], stdin: 'port 7002\n', port: 7002 },
  },
];

it.each(ways)('a server $title is healthy', async ({ wish, password }) => {
  const { container } = await containers.serve(wish, password);
  const { exitCode, stderr } = await container.exec('valkey-bundle', 'health');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

it('a server that listens on a socket alone is healthy', async () => {
  const container = await containers.make({ command: ['--port', '0', '--unixsocket', '/data/valkey.sock'] });
  await container.start();
  await until('the server is healthy', async () => {
    const { exitCode } = await container.exec('valkey-bundle', 'health');
    return exitCode === 0 ? exitCode : undefined;
  });
});

describe('the image’s health check', () => {
  it('becomes healthy', async () => {
    const { container } = await containers.serve({ healthEveryMs: 300 });
    const status = await until('the container is healthy or not', async () => {
      const { State } = await container.docker.inspect();
      return State.Health === undefined || State.Health.Status === 'starting' ? undefined : State.Health.Status;
    });
    expect(status).toBe('healthy');
  });

  it('ends with 1 where no server answers', async () => {
    const { container } = await containers.serve({});
    const { exitCode } = await container.exec('valkey-cli', 'CLIENT', 'PAUSE', '60000', 'ALL');
    expect(exitCode).toBe(0);
    expect((await container.exec('valkey-bundle', 'health')).exitCode).toBe(1);
  });
});
