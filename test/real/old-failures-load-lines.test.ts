import { describe, expect, it } from 'vitest';
import type { Files } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { untilLogged } from '../support/until-logged.ts';
import { standIns, standInsWith } from '../support/valkey-modules.ts';

const containers = useContainers();
const search = '/usr/lib/valkey/libsearch.so';

describe('a load line that a search for text would miss or find wrongly', () => {
  it('a commented loadmodule line does not count: the module is added', async () => {
    const server = await serveConf({ '/x.conf': `#loadmodule ${search}\n  # loadmodule ${search} --bad\n` });
    expect(await server.modules()).toEqual(standIns);
  });

  it.each([
    ['with two blanks', `loadmodule  ${search}`],
    ['with a tab', `\tloadmodule\t${search}\t`],
    ['with double quotes', `loadmodule "${search}"`],
    ['with single quotes', `loadmodule '${search}'`],
    ['with a quoted directive', `"loadmodule" ${search}`],
    ['in upper case', `LOADMODULE ${search}`],
    ['in mixed case', `LoadModule ${search}`],
    ['with an escaped byte in the path', 'loadmodule "/usr/lib/valkey/lib\\x73earch.so"'],
    ['with a carriage return at its end', `loadmodule ${search}`, '\r\n'],
    ['without a newline at its end', `loadmodule ${search}`, ''],
  ])('%s loads the module once', async (_, line, end = '\n') => {
    const server = await serveConf({ '/x.conf': `${line} --reader-threads 3${end}` });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3'] }));
  });

  it('in an included file counts', async () => {
    const server = await serveConf({
      '/x.conf': 'include /inc.conf\n',
      '/inc.conf': `loadmodule ${search} --reader-threads 3\n`,
    });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3'] }));
  });

  it('in a file that an include pattern matches counts', async () => {
    const server = await serveConf({
      '/x.conf': 'include /conf.d/*.conf\n',
      '/conf.d': { directory: true },
      '/conf.d/10-memory.conf': 'maxmemory 64mb\n',
      '/conf.d/20-search.conf': `loadmodule ${search} --reader-threads 3\n`,
      '/conf.d/30.disabled': `loadmodule ${search}\n`,
    });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3'] }));
    expect(await server.config('maxmemory')).toEqual({ maxmemory: '67108864' });
  });

  it.each([
    ['as two words', ['--loadmodule', search]],
    ['as one word', [`--loadmodule ${search}`]],
    ['in upper case', ['--LOADMODULE', search]],
  ])('on the command line %s counts', async (_, command) => {
    const server = await containers.serve({ command });
    expect(await server.modules()).toEqual(standIns);
  });

  it('on the command line with arguments keeps them, in one word', async () => {
    const server = await containers.serve({ command: [`--loadmodule ${search} --reader-threads 3 --use-coordinator`] });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3', '--use-coordinator'] }));
  });

  it('the same file twice loads the module once, with a warning', async () => {
    const server = await serveConf({
      '/x.conf': `loadmodule ${search} --reader-threads 3\nloadmodule ${search} --use-coordinator\n`,
    });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '3', '--use-coordinator'] }));
    await untilLogged(server.container, ' VB408:');
  });

  it('in the file and on the command line loads the module once, and the command line wins', async () => {
    const server = await containers.serve({
      command: ['/x.conf', `--loadmodule ${search} --reader-threads 5`],
      files: { '/x.conf': `loadmodule ${search} --reader-threads 3\n` },
    });
    expect(await server.modules()).toEqual(standInsWith({ search: ['--reader-threads', '5'] }));
  });

  it('by a link to the module counts as the module', async () => {
    const server = await serveConf({
      '/x.conf': 'loadmodule /opt/vector.so --reader-threads 3\n',
      '/opt/vector.so': { linkTo: search },
    });
    const { search: loaded, ...others } = await server.modules();
    const { search: _, ...expected } = standIns;
    expect(loaded).toEqual({ path: '/opt/vector.so', args: ['--reader-threads', '3'] });
    expect(others).toEqual(expected);
  });

  it('by a link and by its own path is one module loaded twice', async () => {
    const server = await serveConf({
      '/x.conf': `loadmodule /opt/vector.so\nloadmodule ${search} --reader-threads 3\n`,
      '/opt/vector.so': { linkTo: search },
    });
    expect((await server.modules())['search']?.args).toEqual(['--reader-threads', '3']);
  });
});

describe('the module directory', () => {
  it('libvalkey_bloom.so.bak beside the modules is no module', async () => {
    const server = await containers.serve({
      files: { '/usr/lib/valkey/libvalkey_bloom.so.bak': { text: 'not a module', mode: 0o755 } },
    });
    expect(await server.modules()).toEqual(standIns);
  });

  it('a second name for the same file there is one module', async () => {
    const server = await containers.serve({
      files: { '/usr/lib/valkey/search.so': { linkTo: 'libsearch.so' } },
    });
    expect(Object.keys(await server.modules()).sort()).toEqual(['bf', 'json', 'ldap', 'search']);
  });
});

async function serveConf(files: Files) {
  return containers.serve({ command: ['valkey-server', '/x.conf'], files });
}
