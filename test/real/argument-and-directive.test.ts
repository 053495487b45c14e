import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/docker-server.ts';
import { untilLogged } from '../support/until-logged.ts';
import { codesIn } from '../support/valkey-modules.ts';

const containers = useContainers();
const search = '/usr/lib/valkey/libsearch.so';
const bloom = '/usr/lib/valkey/libvalkey_bloom.so';
const threads = 'search.reader-threads';
const capacity = 'bf.bloom-capacity';

/** Search prefers its arguments and bloom its directives: left alone, each of them inverts one of the first two. */
describe('an argument and a directive of the user’s that differ', () => {
  it.each([
    [
      'of the command line wins over the file: a directive of search',
      `loadmodule ${search} --reader-threads 8\n`,
      [`--${threads}`, '4'],
      { [threads]: '4' },
      / search,/,
    ],
    [
      'of the command line wins over the file: an argument of bloom',
      `${capacity} 200\n`,
      ['--loadmodule', bloom, 'bloom-capacity', '300'],
      { [capacity]: '300' },
      /bloom \(bloom-capacity 300\)/,
    ],
    [
      'of the command line wins over the file: an argument of search',
      `${threads} 4\n`,
      [`--loadmodule ${search} --reader-threads 8`],
      { [threads]: '8' },
      /search \(--reader-threads 8\)/,
    ],
    [
      'of the command line wins over the file: a directive of bloom',
      `loadmodule ${bloom} bloom-capacity 300\n`,
      [`--${capacity}`, '200'],
      { [capacity]: '200' },
      / bloom,/,
    ],
    [
      'in one file are left to search, which hears its argument',
      `${threads} 4\nloadmodule ${search} --reader-threads 8\n`,
      [],
      { [threads]: '8' },
      /search \(--reader-threads 8\)/,
    ],
    [
      'in one file are left to bloom, which hears its directive',
      `${capacity} 200\nloadmodule ${bloom} bloom-capacity 300\n`,
      [],
      { [capacity]: '200' },
      / bloom,/,
    ],
  ])(
    '%s; the start says so, and CONFIG REWRITE and a restart change nothing',
    async (_, text, options, heard, summary) => {
      const server = await containers.serve({
        command: ['/data/x.conf', ...options],
        files: { '/data/x.conf': { text, uid: 999 } },
      });
      const [name = ''] = Object.keys(heard);
      expect(await server.config(name)).toEqual(heard);
      const stderr = await untilLogged(server.container, 'valkey-bundle: loading ');
      expect(codesIn(stderr)).toContain('VB407');
      expect(/^valkey-bundle: loading .*$/m.exec(stderr)?.[0]).toMatch(summary);
      await server.call('CONFIG', 'REWRITE').catch(() => {});
      await server.container.docker.restart();
      await server.reconnect();
      expect(await server.config(name)).toEqual(heard);
    },
  );
});
