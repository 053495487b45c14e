import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-container.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { standInsWith, untilLogged } from '../support/valkey-modules.ts';

const containers = useContainers();
const search = '/usr/lib/valkey/libsearch.so';

/** A configuration that must be copied, with everything in it that a copy could break. */
const tangled: ContainerWish = {
  command: ['/conf/x.conf', '--maxclients', '123', '--include', 'late.conf'],
  files: {
    '/conf': { directory: true },
    '/conf/x.conf': [
      '# don\'t "parse" this',
      'dir /conf',
      'include first.conf',
      `loadmodule ${search} --reader-threads 3`,
      'user alice on >secret "~key:*" +get',
      'dir /conf/sub',
      'include second.conf',
      `LOADMODULE "${search}" --use-coordinator`,
      'include *.d/*.conf',
      'save 60 1',
      'dir /data',
    ].join('\n'),
    '/conf/first.conf': 'hz 50\n',
    '/conf/sub': { directory: true },
    '/conf/sub/second.conf': 'maxmemory 64mb\nloadmodule /usr/lib/valkey/libjson.so\n',
    '/conf/sub/a.d': { directory: true },
    '/conf/sub/a.d/1.conf': 'save 30 5',
    '/conf/sub/a.d/2.conf': '\nmaxmemory-policy allkeys-lru\n',
    '/data/late.conf': 'timeout 77\n',
  },
};

/** The same without its load lines, for the real server. */
const withoutLoads: ContainerWish = {
  entrypoint: ['/usr/local/libexec/valkey/valkey-server'],
  command: [...(tangled.command ?? []), '--protected-mode', 'no'],
  files: Object.fromEntries(
    Object.entries(tangled.files ?? {}).map(([path, entry]) => [
      path,
      typeof entry === 'string' ? entry.replace(/^loadmodule.*\n/gim, '') : entry,
    ]),
  ),
};

describe.each<[string, ContainerWish]>([
  ['as the image’s user', {}],
  ['as root', { user: 'root' }],
])('an effective configuration %s', (_, more) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await containers.serve({ ...tangled, ...more });
  });

  it('loads what was wanted', async () => {
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3', '--use-coordinator'] }));
    expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
  });

  it('leaves every setting as the server alone would read it', async () => {
    const plain = await containers.serve({ ...withoutLoads, ...more });
    const expected = await plain.config('*');
    expect(expected).toMatchObject({ hz: '50', maxmemory: '67108864', timeout: '77', maxclients: '123', dir: '/data' });
    expect(expected['maxmemory-policy']).toBe('allkeys-lru');
    expect(await server.config('*')).toMatchObject(expected);
  });

  it('keeps the users', async () => {
    expect(await server.call('ACL', 'USERS')).toEqual(expect.arrayContaining(['alice']));
  });

  it('is announced', async () => {
    await untilLogged(server.container, ' VB504:');
  });

  it('is a file of the server’s that it cannot write, in a directory that it cannot write', async () => {
    const path = await confFileOf(server);
    expect(path).toMatch(/^\/run\/valkey-bundle\//);
    expect(await server.container.readAsServer('stat', '-c', '%a %u', path)).toBe('400 999\n');
    const folder = path.slice(0, path.lastIndexOf('/'));
    expect(await server.container.readAsServer('sh', '-c', 'test -w "$0" || echo closed', folder)).toBe('closed\n');
    await expect(server.call('CONFIG', 'REWRITE')).rejects.toThrow();
  });

  it('leaves one directory behind, however often the container is started', async () => {
    for (let round = 0; round < 2; round++) {
      await server.container.docker.restart();
      await server.reconnect();
    }
    expect((await server.container.read('ls', '/run/valkey-bundle')).trim().split('\n')).toHaveLength(1);
    expect(await server.config('hz')).toEqual({ hz: '50' });
  });
});

async function confFileOf(server: TestServer): Promise<string> {
  return /config_file:(\S*)/.exec(String(await server.call('INFO', 'server')))?.[1] ?? '';
}
