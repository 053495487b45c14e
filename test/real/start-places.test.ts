import { describe, expect, it } from 'vitest';
import type { TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();
const secret = (port: number) => ({ command: ['--port', String(port)], env: { VALKEY_PASSWORD: `secret ${port}` } });

async function untilHealthy(container: TestContainer): Promise<void> {
  await until('the server is healthy', async () =>
    (await container.exec('valkey-bundle', 'health')).exitCode === 0 ? true : undefined,
  );
}

/** What lies at a place, as the server's user sees it. */
async function secretsAt(container: TestContainer, place: string): Promise<string[]> {
  const found = await container.readAsServer('sh', '-c', 'cat "$0"/valkey-bundle-*/secrets.conf', place);
  return [...found.matchAll(/requirepass "(secret \d+)"/g)].map(([, text]) => text ?? '').sort();
}

describe.each<[string, (first: TestContainer) => { readonly processes?: string }]>([
  ['two containers that share /dev/shm', () => ({})],
  ['two containers that share /dev/shm and their processes', ({ id }) => ({ processes: `container:${id}` })],
])('%s, with a read-only root', (_, shared) => {
  it('ask each its own server, and keep the files of the other one', async () => {
    const first = await containers.make({ ...secret(7001), readOnly: true, ipc: 'shareable' });
    await first.start();
    await untilHealthy(first);
    const wish = { ...secret(7002), readOnly: true, ipc: `container:${first.id}`, ...shared(first) };
    const second = await containers.make(wish);
    await second.start();
    await untilHealthy(second);
    // Each has a network of its own: only the own server can be reached.
    await untilHealthy(first);
    expect(await secretsAt(first, '/dev/shm')).toEqual(['secret 7001', 'secret 7002']);
    await second.docker.restart();
    await untilHealthy(second);
    await untilHealthy(first);
    expect(await secretsAt(first, '/dev/shm')).toContain('secret 7001');
  });
});

describe('a container that is started again', () => {
  it.each([
    ['as process 1', false],
    ['beside the engine’s init process', true],
  ])('keeps one directory, also after SIGKILL: %s', async (_, init) => {
    const container = await containers.make({ ...secret(7003), init });
    await container.start();
    await untilHealthy(container);
    await container.docker.restart();
    await untilHealthy(container);
    await container.docker.kill({ signal: 'SIGKILL' });
    await container.ended();
    await container.start();
    await untilHealthy(container);
    expect(await secretsAt(container, '/run/valkey-bundle')).toEqual(['secret 7003']);
  });
});

describe('several servers of one container', () => {
  const start = (container: TestContainer, port: number, ...options: string[]) =>
    container.exec(
      'env',
      `VALKEY_PASSWORD=secret ${port}`,
      'bundle-docker-entrypoint',
      ...['valkey-server', '--port', String(port), ...options],
    );

  it('that went to the background keep their files, and the newest is asked', async () => {
    const container = await containers.make({ entrypoint: ['sleep', '600'], init: true });
    await container.start();
    for (const port of [7004, 7005]) {
      await start(container, port, '--daemonize', 'yes', '--logfile', '/dev/null');
      await untilHealthy(container);
    }
    expect(await secretsAt(container, '/run/valkey-bundle')).toEqual(['secret 7004', 'secret 7005']);
  });

  it('that have ended are removed by the next start, and are not asked', async () => {
    const container = await containers.serve({ port: 6379, env: { VALKEY_PASSWORD: 'secret 6379' } }, 'secret 6379');
    const other = start(container.container, 7006);
    await until('both have their files', async () =>
      (await secretsAt(container.container, '/run/valkey-bundle')).length === 2 ? true : undefined,
    );
    await container.container.exec(
      'sh',
      '-c',
      'kill -9 $(grep -l :7006 /proc/[0-9]*/cmdline | cut -d/ -f3 | grep -vx $$)',
    );
    await other;
    await untilHealthy(container.container);
    await start(container.container, 6379);
    expect(await secretsAt(container.container, '/run/valkey-bundle')).not.toContain('secret 7006');
    await untilHealthy(container.container);
  });
});
