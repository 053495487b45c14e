import { describe, expect, it } from 'vitest';
import type { Files } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';

const containers = useContainers();

/** Words that have to be quoted on the way to a module, and how they are written in a variable. */
const hardWords = ['a b', '', '"', "'", '\\', '#', '--x', '$HOME', '*', 'ü€', 'tab\there', '\x01', 'x"y\'z\\'];
const written = `"a b" "" "\\"" '\\'' \\ # --x $HOME * ü€ "tab\\there" "\\x01" "x\\"y'z\\\\"`;

describe('a module without a manifest', () => {
  it('gets the words of its variable unchanged', async () => {
    const server = await containers.serve({ env: { MODULE_DIR: '/opt/stand-ins', ECHO0_MODULE_ARGS: written } });
    expect((await server.modules())['echo0']).toEqual({ path: '/opt/stand-ins/echo0.so', args: hardWords });
  });

  it('gets the words of its variable behind a load line of the user’s', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': 'loadmodule /opt/stand-ins/echo0.so\n' },
      env: { MODULE_DIR: '/opt/stand-ins', ECHO0_MODULE_ARGS: written },
    });
    expect((await server.modules())['echo0']?.args).toEqual(hardWords);
  });

  it('keeps the words of its load line where the configuration has to be copied', async () => {
    const server = await containers.serve({
      command: ['-'],
      stdin: `loadmodule /opt/stand-ins/echo0.so ${written}\n`,
    });
    expect((await server.modules())['echo0']?.args).toEqual(hardWords);
  });
});

describe('names that need quoting', () => {
  const folder = '/opt/my "modules"';
  const files: Files = {
    [folder]: { directory: true },
    [`${folder}/o'ne two.so`]: { linkTo: '/opt/stand-ins/echo0.so' },
    [`${folder}/dreißig#.so`]: { linkTo: '/opt/stand-ins/echo1.so' },
  };

  it('of a module directory and its files reach the server unchanged', async () => {
    const server = await containers.serve({ files, env: { MODULE_DIR: folder, O_NE_TWO_MODULE_ARGS: 'a' } });
    expect(await server.modules()).toEqual({
      echo0: { path: `${folder}/o'ne two.so`, args: ['a'] },
      echo1: { path: `${folder}/dreißig#.so`, args: [] },
    });
  });

  it('of a configuration file reach the server where it is included by a wrapper', async () => {
    const path = '/etc/my "conf" ü/x y.conf';
    const server = await containers.serve({
      command: ['valkey-server', path],
      files: { '/etc/my "conf" ü': { directory: true }, [path]: 'loadmodule /usr/lib/valkey/libsearch.so\nhz 50\n' },
    });
    expect(await server.config('hz')).toEqual({ hz: '50' });
    expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
  });
});

/** The server joins what it loads by plain blanks, so a file that has such words in it cannot be read back. */
describe('words that CONFIG REWRITE cannot write', () => {
  const link = { linkTo: '/opt/stand-ins/echo0.so' };
  it.each([
    ['an argument with a blank', '/opt/m', 'x.so', '"a b" c'],
    ['an argument with a blank, of a module whose options are known', '/opt/m', 'redisearch.so', 'EXTLOAD "/a b/x"'],
    ['an argument with a quote', '/opt/m', 'x.so', 'a "it\'s"'],
    ['an empty argument', '/opt/m', 'x.so', 'a "" b'],
    ['a path with a blank', '/opt/my modules', 'x.so', 'a'],
    ['a path with a quote', '/opt/m', "o'clock x.so", 'a'],
  ])('%s: the modules are the same after CONFIG REWRITE and a restart', async (_, folder, file, args) => {
    const server = await containers.serve({
      command: ['/data/x.conf'],
      files: {
        [folder]: { directory: true },
        [`${folder}/${file}`]: link,
        '/data/x.conf': { text: 'hz 50\n', uid: 999 },
      },
      env: {
        MODULE_DIR: folder,
        X_MODULE_ARGS: args,
        O_CLOCK_X_MODULE_ARGS: args,
        REDISEARCH_MODULE_ARGS: args,
      },
    });
    const before = await server.modules();
    await server.call('CONFIG', 'REWRITE').catch(() => {});
    await server.container.docker.restart();
    await server.reconnect();
    expect(await server.modules()).toEqual(before);
  });
});
