import { beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { standInsWith } from '../support/valkey-modules.ts';

const containers = useContainers();

/** The configuration of the users' own setup, as it is written there. */
const conf = `port 6379
appendonly yes

loadmodule "/usr/lib/valkey/libsearch.so" --use-coordinator

cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000

save 60 1000
`;

describe('the coordinator setup with its command and configuration as written', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await containers.serve({
      entrypoint: ['/usr/local/bin/valkey-server'],
      command: ['/etc/valkey/valkey.conf'],
      files: { '/etc/valkey': { directory: true }, '/etc/valkey/valkey.conf': { text: conf, mode: 0o444 } },
    });
  });

  it('loads search once, with the coordinator, and the other modules', async () => {
    expect(await server.modules()).toEqual(standInsWith({ search: ['--use-coordinator'] }));
    expect(await server.call('SEARCH.STANDIN', 'COORDINATOR')).toBe(1);
  });

  it('loads json before search', async () => {
    expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
  });

  it('runs in cluster mode with the file written', async () => {
    expect(await server.call('INFO', 'cluster')).toContain('cluster_enabled:1');
    expect(await server.config('save')).toEqual({ save: '60 1000' });
    expect(await server.config('appendonly')).toEqual({ appendonly: 'yes' });
    expect(await server.container.read('ls', '/data')).toContain('nodes.conf');
  });
});

it('the coordinator setup by command, with the entry point in place, loads the same', async () => {
  const server = await containers.serve({
    command: ['/usr/local/bin/valkey-server', '/etc/valkey/valkey.conf'],
    files: { '/etc/valkey': { directory: true }, '/etc/valkey/valkey.conf': conf },
  });
  expect(await server.modules()).toEqual(standInsWith({ search: ['--use-coordinator'] }));
});
