import { describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-create.ts';
import { useContainers } from '../support/docker-scope.ts';
import { until } from '../support/until.ts';

const containers = useContainers();

interface Way {
  readonly title: string;
  readonly wish: ContainerWish;
  readonly password?: string;
}

const secretFile = { text: 'secret\n', uid: 999, mode: 0o400 };

const ways: readonly Way[] = [
  { title: 'as it comes', wish: {} },
  { title: 'on another port', wish: { command: ['--port', '7000'], port: 7000 } },
  {
    title: 'on another port, from a file',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'port 7001\n' }, port: 7001 },
  },
  {
    title: 'with a password from the environment',
    wish: { env: { VALKEY_PASSWORD: 'secret' } },
    password: 'secret',
  },
  {
    title: 'with a password from a file',
    wish: { env: { VALKEY_PASSWORD_FILE: '/pw' }, files: { '/pw': secretFile } },
    password: 'secret',
  },
  {
    title: 'with a password in the configuration',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'requirepass secret\n' } },
    password: 'secret',
  },
  {
    title: 'as root, with a password',
    wish: { user: 'root', env: { VALKEY_PASSWORD: 'secret' } },
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
