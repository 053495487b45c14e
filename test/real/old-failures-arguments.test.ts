import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/docker-server.ts';
import { untilLogged, wholeLog } from '../support/until-logged.ts';
import { standIns, standInsWith } from '../support/valkey-modules.ts';

const containers = useContainers();
const search = '/usr/lib/valkey/libsearch.so';

describe('arguments from the environment', () => {
  it('reach each module in its own style', async () => {
    const server = await containers.serve({
      env: {
        SEARCH_MODULE_ARGS: '--reader-threads 3 --use-coordinator',
        BLOOM_MODULE_ARGS: 'bloom-capacity 200',
        JSON_MODULE_ARGS: 'max-path-limit 64',
        LDAP_MODULE_ARGS: 'servers "ldap://one ldap://two"',
      },
    });
    expect(await server.modules()).toEqual(
      standInsWith({ search: ['--reader-threads', '3', '--use-coordinator'], bf: ['bloom-capacity', '200'] }),
    );
    expect(await server.config('json.max-path-limit')).toEqual({ 'json.max-path-limit': '64' });
    expect(await server.config('ldap.servers')).toEqual({ 'ldap.servers': 'ldap://one ldap://two' });
    expect(await server.config('search.reader-threads')).toEqual({ 'search.reader-threads': '3' });
    expect(await server.config('bf.bloom-capacity')).toEqual({ 'bf.bloom-capacity': '200' });
  });

  it('SEARCH_MODULE_ARGS="--use-coordinator yes" turns the coordinator on, with a warning', async () => {
    const server = await containers.serve({ env: { SEARCH_MODULE_ARGS: '--use-coordinator yes' } });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--use-coordinator'] }));
    await untilLogged(server.container, ' VB401:');
  });

  it('SEARCH_MODULE_ARGS="--use-coordinator no" leaves the coordinator off', async () => {
    const server = await containers.serve({ env: { SEARCH_MODULE_ARGS: '--use-coordinator no' } });
    expect(await server.modules()).toEqual(standIns);
  });

  it('--use-coordinator yes in the configuration file is mended, not passed on', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': `loadmodule ${search} --use-coordinator yes\n` },
    });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--use-coordinator'] }));
    await untilLogged(server.container, ' VB401:');
  });
});

describe('the configuration and the environment both name search', () => {
  it('what the line does not set is added, what it sets differently is dropped with a warning', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': `loadmodule ${search} --reader-threads 3\n` },
      env: { SEARCH_MODULE_ARGS: '--reader-threads 8 --writer-threads 5 --use-coordinator' },
    });
    const modules = await server.modules();
    expect(modules['search']?.args).toEqual(expect.arrayContaining(['--reader-threads', '3', '--use-coordinator']));
    expect(await server.call('SEARCH.STANDIN', 'COORDINATOR')).toBe(1);
    expect(await server.config('search.*-threads')).toEqual({
      'search.reader-threads': '3',
      'search.writer-threads': '5',
    });
    await untilLogged(server.container, ' VB407:');
  });

  it('an option that is also a directive joins without a copy of the configuration', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': `loadmodule ${search}\n` },
      env: { SEARCH_MODULE_ARGS: '--reader-threads 7', VALKEY_MODULES: 'search' },
    });
    expect(await server.config('search.reader-threads')).toEqual({ 'search.reader-threads': '7' });
    expect(await server.call('INFO', 'server')).toContain('config_file:/x.conf');
  });

  it('a directive in the file wins over the environment', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': 'search.reader-threads 3\n' },
      env: { SEARCH_MODULE_ARGS: '--reader-threads 8' },
    });
    expect(await server.config('search.reader-threads')).toEqual({ 'search.reader-threads': '3' });
    await untilLogged(server.container, ' VB407:');
  });

  it('bloom: an option that the line sets stays the line’s', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': 'loadmodule /usr/lib/valkey/libvalkey_bloom.so bloom-capacity 300\n' },
      env: { BLOOM_MODULE_ARGS: 'bloom-capacity 200 bloom-expansion 4' },
    });
    expect(await server.config('bf.bloom-*a*')).toMatchObject({
      'bf.bloom-capacity': '300',
      'bf.bloom-expansion': '4',
    });
  });
});

describe('the command line around the additions', () => {
  it('x.conf --aclfile users.conf: the option’s value is not taken for a configuration file', async () => {
    const server = await containers.serve({
      command: ['/x.conf', '--aclfile', '/data/users.conf'],
      files: {
        '/x.conf': 'maxmemory 64mb\n',
        '/data/users.conf': { text: 'user default on nopass ~* &* +@all\nuser reader on >secret ~* +get\n', uid: 999 },
      },
    });
    expect(await server.modules()).toEqual(standIns);
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '67108864' });
    expect(await server.call('ACL', 'USERS')).toEqual(expect.arrayContaining(['default', 'reader']));
  });

  it('VALKEY_EXTRA_FLAGS="--save \'60 1\'" is one option with one value', async () => {
    const server = await containers.serve({ env: { VALKEY_EXTRA_FLAGS: "--save '60 1' --maxmemory 64mb" } });
    expect(await server.config('save')).toEqual({ save: '60 1' });
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '67108864' });
    expect(await server.modules()).toEqual(standIns);
  });

  it('VALKEY_EXTRA_FLAGS wins over the command line, and that over the file', async () => {
    const server = await containers.serve({
      command: ['/x.conf', '--maxclients', '200', '--maxmemory', '2mb'],
      files: { '/x.conf': 'maxclients 100\nmaxmemory 1mb\nhz 50\n' },
      env: { VALKEY_EXTRA_FLAGS: '--maxmemory 3mb' },
    });
    expect(await server.config('max*s')).toMatchObject({ maxclients: '200' });
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '3145728' });
    expect(await server.config('hz')).toEqual({ hz: '50' });
  });

  it('options of one word each, as other tools write them, stay whole', async () => {
    const server = await containers.serve(
      { command: ['redis-server', '--requirepass secret', '--save 1 1 ', '--appendonly yes'] },
      'secret',
    );
    expect(await server.config('save')).toEqual({ save: '1 1' });
    expect(await server.config('appendonly')).toEqual({ appendonly: 'yes' });
    expect(await server.modules()).toEqual(standIns);
  });

  it('x.conf appendonly yes: words without -- are a line of their own', async () => {
    const server = await containers.serve({
      command: ['/x.conf', 'appendonly', 'yes'],
      files: { '/x.conf': 'maxmemory 64mb\n' },
    });
    expect(await server.config('appendonly')).toEqual({ appendonly: 'yes' });
    expect(await server.modules()).toEqual(standIns);
  });
});

describe('the order of loads', () => {
  it.each([
    ['nothing is configured', {}],
    ['only search is in the file', { '/x.conf': `loadmodule ${search}\n` }],
    [
      'search stands before json in the file',
      { '/x.conf': `loadmodule ${search}\nloadmodule /usr/lib/valkey/libjson.so\n` },
    ],
  ])('json loads before search where %s', async (_, files) => {
    const server = await containers.serve({ command: '/x.conf' in files ? ['/x.conf'] : [], files });
    expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
    expect(await server.modules()).toEqual(standIns);
    const { stdout } = await wholeLog(server.container);
    const order = [...stdout.matchAll(/Module '(\w+)' loaded/g)].map((match) => match[1]);
    expect(order.indexOf('json')).toBeGreaterThanOrEqual(0);
    expect(order.indexOf('json')).toBeLessThan(order.indexOf('search'));
  });

  it('json on the command line moves before search in the file', async () => {
    const server = await containers.serve({
      command: ['/x.conf', '--loadmodule', '/usr/lib/valkey/libjson.so'],
      files: { '/x.conf': `loadmodule ${search}\n` },
    });
    expect(await server.call('SEARCH.STANDIN', 'JSONFIRST')).toBe(1);
    expect(await server.modules()).toEqual(standIns);
  });
});

describe('VALKEY_MODULES', () => {
  it.each([
    ['none', []],
    ['search json', ['json', 'search']],
    ['-ldap', ['bf', 'json', 'search']],
  ])('%s adds no other module', async (value, names) => {
    const server = await containers.serve({ env: { VALKEY_MODULES: value } });
    expect(Object.keys(await server.modules()).sort()).toEqual(names);
  });

  it('leaves a load line of the user’s own in place, with a warning', async () => {
    const server = await containers.serve({
      command: ['/x.conf'],
      files: { '/x.conf': `loadmodule ${search}\n` },
      env: { VALKEY_MODULES: 'none' },
    });
    expect(Object.keys(await server.modules())).toEqual(['search']);
    await untilLogged(server.container, ' VB308:');
  });
});
