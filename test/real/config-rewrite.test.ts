import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerWish, Files } from '../support/docker-container.ts';
import { type LoadedModule, type TestServer, useContainers } from '../support/docker-server.ts';

const containers = useContainers();
const search = '/usr/lib/valkey/libsearch.so';
const bloom = '/usr/lib/valkey/libvalkey_bloom.so';

/** Files that the server can write. */
const conf = (files: Readonly<Record<string, string>>): Files => ({
  '/data/conf': { directory: true, uid: 999 },
  ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`/data/conf/${name}`, { text, uid: 999 }])),
});

interface Setup extends ContainerWish {
  readonly title: string;
  /** Whether the first start can use the user's file as it is. */
  readonly writable: boolean;
}

const env = {
  SEARCH_MODULE_ARGS: '--reader-threads 3 --use-coordinator',
  BLOOM_MODULE_ARGS: 'bloom-capacity 200',
  JSON_MODULE_ARGS: 'max-path-limit 64',
};

const setups: readonly Setup[] = [
  {
    title: 'a file without load lines, arguments from the environment',
    files: conf({ 'x.conf': 'maxmemory 64mb\n' }),
    env,
    writable: true,
  },
  {
    title: 'a file that includes load lines by a pattern',
    files: conf({
      'x.conf': 'include /data/conf/*.inc\nmaxmemory 64mb\n',
      'a.inc': 'loadmodule /usr/lib/valkey/libjson.so\n',
      'b.inc': `loadmodule ${bloom}\n`,
    }),
    env: { SEARCH_MODULE_ARGS: '--reader-threads 3' },
    writable: true,
  },
  {
    title: 'a file whose load line gets an argument that is no directive',
    files: conf({ 'x.conf': `loadmodule /usr/lib/valkey/libjson.so\nloadmodule ${search}\n` }),
    env,
    writable: false,
  },
  {
    title: 'a file with a load line twice',
    files: conf({ 'x.conf': `loadmodule ${bloom} bloom-capacity 300\nloadmodule ${bloom} bloom-expansion 4\n` }),
    env: {},
    writable: false,
  },
];

describe.each(setups)('CONFIG REWRITE and a restart, twice, with $title', ({ title: _, writable, ...wish }) => {
  let server: TestServer;
  let before: Record<string, LoadedModule>;
  let settings: Record<string, string>;
  beforeAll(async () => {
    server = await containers.serve({ ...wish, command: ['/data/conf/x.conf'] });
    before = await server.modules();
    settings = await settingsOf(server);
  });

  it(`is ${writable ? 'written' : 'refused'} the first time`, async () => {
    expect(await rewrites(server)).toBe(writable);
  });

  it('keeps modules, arguments and settings', async () => {
    for (let round = 1; round <= 2; round++) {
      await server.container.docker.restart();
      await server.reconnect();
      expect(await server.modules(), `round ${round}`).toEqual(before);
      expect(await settingsOf(server), `round ${round}`).toEqual(settings);
      expect(await server.call('SEARCH.STANDIN', 'JSONFIRST'), `round ${round}`).toBe(1);
      await rewrites(server);
    }
  });

  it('keeps the user’s file whole where it is refused', async () => {
    if (writable) return;
    const file = wish.files?.['/data/conf/x.conf'];
    const text = typeof file === 'object' && 'text' in file ? file.text : '';
    expect(await server.container.read('cat', '/data/conf/x.conf')).toBe(text);
  });
});

describe('a setting that CONFIG SET changed', () => {
  it('is there after CONFIG REWRITE and a restart', async () => {
    const server = await containers.serve({
      command: ['/data/conf/x.conf'],
      files: conf({ 'x.conf': 'hz 50\n' }),
      env,
    });
    await server.call('CONFIG', 'SET', 'maxmemory', '64mb', 'search.writer-threads', '5');
    expect(await rewrites(server)).toBe(true);
    await server.container.docker.restart();
    await server.reconnect();
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '67108864' });
    expect(await server.config('search.writer-threads')).toEqual({ 'search.writer-threads': '5' });
  });
});

describe('a password from the environment', () => {
  it('still opens the server after CONFIG REWRITE and a restart', async () => {
    const wish = {
      command: ['/data/conf/x.conf'],
      files: conf({ 'x.conf': 'hz 50\n' }),
      env: { VALKEY_PASSWORD: 'secret' },
    };
    const server = await containers.serve(wish, 'secret');
    expect(await rewrites(server)).toBe(true);
    await server.container.docker.restart();
    await server.reconnect();
    expect(await server.call('PING')).toBe('PONG');
    expect((await server.container.exec('valkey-cli', 'PING')).stdout).toContain('NOAUTH');
  });
});

/** Whether CONFIG REWRITE could write; a refusal is an error of the server. */
async function rewrites(server: TestServer): Promise<boolean> {
  try {
    return (await server.call('CONFIG', 'REWRITE')) === 'OK';
  } catch (error) {
    expect(error).toMatchObject({ name: 'ReplyError' });
    return false;
  }
}

async function settingsOf(server: TestServer): Promise<Record<string, string>> {
  const modules = await Promise.all(['search.*', 'json.*', 'bf.*', 'ldap.*'].map((pattern) => server.config(pattern)));
  return Object.assign({}, ...modules, await server.config('maxmemory'), await server.config('hz'));
}
