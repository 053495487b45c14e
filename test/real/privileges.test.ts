import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerWish, TestContainer } from '../support/docker-container.ts';
import { type TestServer, useContainers } from '../support/docker-server.ts';
import { standIns, standInsWith, untilLogged } from '../support/valkey-modules.ts';

const containers = useContainers();

/** A configuration that can only be expressed by an effective one: json has to come before a search that the file loads. */
const needsEffectiveConf: ContainerWish = {
  command: ['/x.conf'],
  files: { '/x.conf': 'loadmodule /usr/lib/valkey/libsearch.so --reader-threads 3\n' },
};

const ways: ReadonlyArray<readonly [title: string, wish: ContainerWish, uid: string]> = [
  ['as the image’s user', {}, '999'],
  ['as root', { user: 'root' }, '999'],
  ['as any other user', { user: '1234:1234' }, '1234'],
  ['with a read-only root file system', { readOnly: true, volumes: ['/data'] }, '999'],
  ['with a read-only root file system, as root', { readOnly: true, volumes: ['/data'], user: 'root' }, '999'],
  ['without any capability', { capDrop: ['ALL'] }, '999'],
  ['without any capability, as any other user', { capDrop: ['ALL'], user: '1234:1234' }, '1234'],
];

describe.each(ways)('a container %s', (_, wish, uid) => {
  let server: TestServer;
  let status: Record<string, string>;
  beforeAll(async () => {
    server = await containers.serve(wish);
    status = await statusOf(server.container);
  });

  it('has the server, not root, as process 1', () => {
    expect(status).toMatchObject({ Name: 'valkey-server', Umask: '0077' });
    expect(status['Uid']?.split('\t')).toEqual([uid, uid, uid, uid]);
    expect(status['Gid']?.split('\t')).toEqual([uid, uid, uid, uid]);
    expect(['', '999', uid]).toContain(status['Groups']?.trim());
  });

  it('has no other process', async () => {
    const { Processes } = await server.container.docker.top({ ps_args: '-eo pid,comm' });
    expect(Processes.map((row: readonly string[]) => row[1])).toEqual(['valkey-server']);
  });

  it('has every module', async () => {
    expect(await server.modules()).toEqual(standIns);
  });

  it('can save', async () => {
    expect(await server.call('SAVE')).toBe('OK');
  });
});

/** Nothing can be copied into a read-only root file system: the text comes on standard input. */
function needsEffectiveConfOf(wish: ContainerWish): ContainerWish {
  if (wish.readOnly !== true) return needsEffectiveConf;
  return { command: ['-'], stdin: 'loadmodule /usr/lib/valkey/libsearch.so --reader-threads 3\n' };
}

describe('a start under another umask', () => {
  const under = (umask: string): ContainerWish => ({
    entrypoint: ['sh', '-c', `umask ${umask} && exec bundle-docker-entrypoint "$@"`, 'sh'],
  });

  it.each(['0002', '0027', '0000'])('of %s keeps it', async (umask) => {
    const { container } = await containers.serve(under(umask));
    expect(await statusOf(container)).toMatchObject({ Umask: umask });
  });

  it.each([
    ['0077', 'root'],
    ['0777', 'root'],
    ['0777', '999'],
  ])('of %s as %s can read the files that the start makes, also where their place is new', async (umask, user) => {
    const server = await containers.serve(
      {
        ...under(umask),
        ...needsEffectiveConfOf({ readOnly: true }),
        readOnly: true,
        volumes: ['/data'],
        tmpfs: { '/run': '' },
        user,
        env: { VALKEY_PASSWORD: 'hunter2' },
      },
      'hunter2',
    );
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3'] }));
    expect(await statusOf(server.container)).toMatchObject({ Umask: umask });
    expect((await server.container.exec('valkey-bundle', 'health')).stdout).toBe('healthy\n');
  });
});

describe('a container as root', () => {
  const files = {
    '/data/dump-of-root': { text: 'x', mode: 0o600 },
    '/data/folder': { directory: true, mode: 0o700 },
    '/data/folder/file': { text: 'x', mode: 0o600 },
    '/data/of-another-user': { text: 'x', uid: 5000, gid: 5000 },
    '/data/of-the-server': { text: 'x', uid: 999, gid: 1000 },
    '/data/link-to-file': { linkTo: '/etc/hostname-of-root' },
    '/data/link-to-folder': { linkTo: '/opt/of-root' },
    '/etc/hostname-of-root': 'x',
    '/opt/of-root': { directory: true },
    '/opt/of-root/file': 'x',
  } as const;
  let container: TestContainer;
  beforeAll(async () => {
    container = (await containers.serve({ user: 'root', files })).container;
  });

  it.each(['/data', '/data/dump-of-root', '/data/folder', '/data/folder/file', '/data/of-another-user'])(
    'gives %s to the server',
    async (path) => {
      expect(await ownerOf(container, path)).toBe('999:999');
    },
  );

  it('leaves what is the server’s already', async () => {
    expect(await ownerOf(container, '/data/of-the-server')).toBe('999:1000');
  });

  it.each(['/etc/hostname-of-root', '/opt/of-root', '/opt/of-root/file'])('follows no link to %s', async (path) => {
    expect(await ownerOf(container, path)).toBe('0:0');
  });

  it('gives away no directory of the system, and says so', async () => {
    const server = await containers.serve({ user: 'root', command: ['--dir', '/opt'] });
    expect(await ownerOf(server.container, '/opt')).toBe('0:0');
    await untilLogged(server.container, ' VB512:');
  });

  it('without any capability goes on as root, with a warning', async () => {
    const server = await containers.serve({ user: 'root', capDrop: ['ALL'] });
    await untilLogged(server.container, ' VB506:');
    expect(await statusOf(server.container)).toMatchObject({ Name: 'valkey-server', CapEff: '0000000000000000' });
    expect(await server.modules()).toEqual(standIns);
  });

  it('hands the server no capability', async () => {
    expect(await statusOf(container)).toMatchObject({ CapEff: '0000000000000000', CapPrm: '0000000000000000' });
  });
});

describe('a file system on which nothing can be written', () => {
  it('still starts, with a warning that nothing can be saved', async () => {
    const server = await containers.serve({ readOnly: true });
    await untilLogged(server.container, ' VB507:');
    expect(await server.modules()).toEqual(standIns);
  });
});

async function statusOf(container: TestContainer): Promise<Record<string, string>> {
  const text = await container.read('cat', '/proc/1/status');
  return Object.fromEntries([...text.matchAll(/^(\w+):\t(.*)$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

async function ownerOf(container: TestContainer, path: string): Promise<string> {
  return (await container.read('stat', '-c', '%u:%g', path)).trim();
}
