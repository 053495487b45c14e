import { expect, it } from 'vitest';
import { type TestServer, useContainers } from '../support/docker-server.ts';

const containers = useContainers();
const fullName = 'valkey-0.valkey-headless.shop.svc.cluster.local';

const nameOf = async (server: TestServer): Promise<string | undefined> =>
  (await server.config('cluster-announce-hostname'))['cluster-announce-hostname'];

it('a node whose /etc/hosts has its full name announces it, as an operator starts it, and after CONFIG REWRITE and a restart', async () => {
  const server = await containers.serve({
    fullName,
    entrypoint: ['valkey-server', '/data/conf/x.conf'],
    files: {
      '/data/conf': { directory: true, uid: 999 },
      '/data/conf/x.conf': { text: 'cluster-enabled yes\n', uid: 999 },
    },
  });
  expect(await nameOf(server)).toBe(fullName);
  expect(await server.call('CLUSTER', 'NODES')).toContain(`,${fullName}`);
  await server.call('CONFIG', 'REWRITE');
  await server.container.docker.restart();
  await server.reconnect();
  expect(await nameOf(server)).toBe(fullName);
});

it('a node that is told another name keeps it', async () => {
  const server = await containers.serve({
    fullName,
    command: ['--cluster-enabled', 'yes', '--cluster-announce-hostname', 'mine.example'],
  });
  expect(await nameOf(server)).toBe('mine.example');
});
