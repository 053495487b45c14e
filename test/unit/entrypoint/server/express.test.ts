import { describe, expect, it } from 'vitest';
import { moduleFile } from '../../../support/elf.ts';
import { start } from '../../../support/fake-start.ts';
import type { Spec } from '../../../support/fake-tree.ts';

const J = '/usr/lib/valkey/libjson.so';
const S = '/usr/lib/valkey/libsearch.so';
const conf = '/etc/valkey.conf';
const modules = ['libjson.so', 'libsearch.so'];

/** The server's arguments, a runtime directory shortened to `RUN`, and the effective configuration without its header. */
function plan(command: readonly string[], files: Readonly<Record<string, Spec>> = {}, env = {}, stdin = '') {
  const { exec, hostAfter } = start(['valkey-server', ...command], env, { files, modules, stdin });
  const [, ...args] = exec?.argv ?? [];
  const path = args.find((text) => text.endsWith('/valkey.conf') && text.startsWith('/run/'));
  const text = path === undefined ? null : (hostAfter().tree.look(path)?.content ?? null);
  return {
    args: args.map((arg) => arg.replace(/\/run\/valkey-bundle\/[^/]+/, 'RUN')),
    text: text === null ? null : text.slice(text.indexOf('\n\n') + 2),
  };
}

describe('additions', () => {
  it('stand between the configuration file and the options of the user, one element each', () => {
    expect(plan([conf, '--port', '1'], { [conf]: '' })).toEqual({
      args: [conf, `--loadmodule ${J}`, `--loadmodule ${S}`, '--port', '1'],
      text: null,
    });
  });
  it('stand first where there is no file', () => {
    expect(plan(['--port', '1']).args).toEqual([`--loadmodule ${J}`, `--loadmodule ${S}`, '--port', '1']);
  });
  it('quote what must be quoted, so that the server reads it as it was meant', () => {
    const files = { '/a b/libecho.so': moduleFile() };
    expect(plan([], files, { ECHO_MODULE_ARGS: `'x "y'`, MODULE_DIR: '/a b' }).args).toEqual([
      '--loadmodule "/a b/libecho.so" "x \\"y"',
    ]);
  });
  it('end their line where the options of the user go on without hyphens', () => {
    expect(plan([conf, 'appendonly', 'yes'], { [conf]: '' }).args).toEqual([
      conf,
      `--loadmodule ${J}`,
      `--loadmodule ${S}\n`,
      'appendonly',
      'yes',
    ]);
  });
  it('are none where the user loads everything, and the command line stays to the letter', () => {
    const files = { [conf]: `loadmodule ${J}\nloadmodule ${S}\n` };
    expect(plan([conf, '--save', '--port', '1'], files).args).toEqual([conf, '--save', '--port', '1']);
  });
  it('keep the name of the file as it was given', () => {
    expect(plan(['x.conf'], { '/data/x.conf': '' }).args[0]).toBe('x.conf');
  });
});

describe('a directive that the environment adds', () => {
  it('is one element behind the loads', () => {
    expect(
      plan(
        [conf, '--port', '1'],
        { [conf]: `loadmodule ${J}\nloadmodule ${S}\n` },
        { SEARCH_MODULE_ARGS: '--reader-threads 8' },
      ).args,
    ).toEqual([conf, '--search.reader-threads 8', '--port', '1']);
  });
});

describe('what the kernel takes for one element', () => {
  const longest = 131_071;
  const load = '--loadmodule /usr/lib/valkey/libecho.so ';
  const echo = { '/usr/lib/valkey/libecho.so': moduleFile() };
  const argsOf = (length: number, command: readonly string[] = []) =>
    plan([conf, ...command], { [conf]: '', ...echo }, { VALKEY_MODULES: 'echo', ECHO_MODULE_ARGS: 'x'.repeat(length) })
      .args;

  it('is used up to the byte by a load and the newline that may close it', () => {
    const fits = longest - load.length - 1;
    expect(argsOf(fits).map(({ length }) => length)).toEqual([conf.length, longest - 1]);
    expect(argsOf(fits, ['hz', '5']).map(({ length }) => length)).toEqual([conf.length, longest, 2, 1]);
    expect(argsOf(fits + 1, ['hz', '5'])).toEqual(['RUN/valkey.conf', 'hz', '5']);
  });
  it('never bounds a directive: a longer one goes into a file that is included', () => {
    const path = '/usr/lib/valkey/libvalkey_ldap.so';
    const env = { VALKEY_MODULES: 'ldap', LDAP_MODULE_ARGS: `servers ${'\u00e4'.repeat(20_000)}` };
    const { exec, hostAfter } = start(['valkey-server', conf], env, { files: { [conf]: '', [path]: moduleFile() } });
    const included = exec?.argv.at(-1)?.replace('--include ', '') ?? '';
    expect(exec?.argv.slice(1, -1)).toEqual([conf, `--loadmodule ${path}`]);
    expect(hostAfter().tree.look(included)?.content).toBe(`ldap.servers "${'\\xc3\\xa4'.repeat(20_000)}"\n`);
  });
});

describe('arguments with blanks in them, which CONFIG REWRITE splits', () => {
  const files = (file: string) => ({ [conf]: '', [`/m/${file}`]: moduleFile() });
  it('stay options where the next start puts them together again', () => {
    const env = { MODULE_DIR: '/m', ECHO_MODULE_ARGS: '"a b"' };
    expect(plan([conf], files('libecho.so'), env).args).toEqual([conf, '--loadmodule /m/libecho.so "a b"']);
  });
  it('are none where a letter has the byte of a no-break space', () => {
    const env = { MODULE_DIR: '/m', REDISEARCH_MODULE_ARGS: 'EXTLOAD /\u00e0/x.so' };
    expect(plan([conf], files('redisearch.so'), env)).toMatchObject({
      args: [conf, expect.stringContaining('EXTLOAD')],
    });
  });
  it('need a copy where the module’s options are known, and the words would be others', () => {
    const env = { MODULE_DIR: '/m', REDISEARCH_MODULE_ARGS: 'EXTLOAD "/a b/x.so"' };
    expect(plan([conf], files('redisearch.so'), env)).toEqual({
      args: ['RUN/valkey.conf'],
      text: 'loadmodule /m/redisearch.so EXTLOAD "/a b/x.so"\n\n',
    });
  });
});

describe('a wrapper', () => {
  it('takes the place of a file that only lacks something before it', () => {
    expect(plan([conf, '--port', '1'], { [conf]: `loadmodule ${S}\n` })).toEqual({
      args: ['RUN/valkey.conf', '--port', '1'],
      text: `loadmodule ${J}\ninclude ${conf}\n`,
    });
  });
  it('names a relative file by its absolute path', () => {
    expect(plan(['x.conf'], { '/data/x.conf': `loadmodule ${S}\n` }).text).toBe(
      `loadmodule ${J}\ninclude /data/x.conf\n`,
    );
  });
  it('takes a load of the command line in front, and out of the options', () => {
    expect(plan([conf, '--loadmodule', J, '--port', '1'], { [conf]: `loadmodule ${S}\n` })).toEqual({
      args: ['RUN/valkey.conf', '--port', '1'],
      text: `loadmodule ${J}\ninclude ${conf}\n`,
    });
  });
});

describe('a copy', () => {
  it('is made where a line must change', () => {
    expect(
      plan([conf, '--port', '1'], {
        [conf]: `loadmodule ${J}\nloadmodule ${S} --use-coordinator yes\nappendonly yes\n`,
      }),
    ).toEqual({
      args: ['RUN/valkey.conf', '--port', '1'],
      text: `loadmodule ${J}\nloadmodule ${S} --use-coordinator\n\nappendonly yes\n`,
    });
  });
  it('takes the loads of the command line out of the options', () => {
    expect(
      plan([conf, `--loadmodule ${S} --reader-threads 8`, '--port', '1'], {
        [conf]: `loadmodule ${J}\nloadmodule ${S} --reader-threads 4\n`,
      }).args,
    ).toEqual(['RUN/valkey.conf', '--port', '1']);
  });
  it('is not made where the file already has what both lines come to, as CONFIG REWRITE leaves it', () => {
    expect(
      plan([conf, '--loadmodule', S, '--port', '1'], {
        [conf]: `loadmodule ${J}\nloadmodule ${S} --reader-threads 4\n`,
      }).args,
    ).toEqual([conf, '--port', '1']);
  });
  it('takes the options in where one of them includes a load line that must change', () => {
    const files = { [conf]: 'appendonly yes\n', '/m.conf': `loadmodule ${S} --use-coordinator yes\nmaxclients 5\n` };
    expect(plan([conf, '--include', '/m.conf', '--port', '1'], files)).toEqual({
      args: ['RUN/valkey.conf'],
      text: `loadmodule ${J}\nloadmodule ${S} --use-coordinator\n\nappendonly yes\nmaxclients 5\nport "1" \n`,
    });
  });
  it('is made of standard input, whatever stands in it', () => {
    expect(plan(['-', 'appendonly', 'yes'], {}, {}, 'port 1\n')).toEqual({
      args: ['RUN/valkey.conf', 'appendonly', 'yes'],
      text: `loadmodule ${J}\nloadmodule ${S}\n\nport 1\n`,
    });
  });
  it('is not made where only options must change', () => {
    expect(plan(['--loadmodule', S, '--loadmodule', S, '--port', '1'])).toEqual({
      args: [`--loadmodule ${J}`, `--loadmodule ${S}`, '--port', '1'],
      text: null,
    });
  });
});
