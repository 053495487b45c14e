import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Configuration, readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { textOf } from '../../../entrypoint/text/bytes.ts';
import { moduleFile } from '../../support/elf.ts';
import { fakeImage } from '../../support/fake-image.ts';
import { type Started, start } from '../../support/fake-start.ts';
import type { Spec } from '../../support/fake-tree.ts';

/*
 * Configurations that load modules in every way, and what must hold for the start of each of them, whatever the plan is: the server
 * that reads the resulting command line loads every module once, in order, and sees every directive of the user's.
 */

const conf = '/etc/valkey.conf';
const modules = ['libecho.so', 'libjson.so', 'libsearch.so', 'libvalkey_bloom.so'];

const loadLine = fc.oneof(
  fc.constantFrom(
    'loadmodule /usr/lib/valkey/libjson.so',
    'loadmodule /usr/lib/valkey/libsearch.so',
    'LOADMODULE  "/usr/lib/valkey/libsearch.so" --use-coordinator',
    'loadmodule /usr/lib/valkey/libsearch.so --reader-threads 4 --log-level debug',
    'loadmodule /usr/lib/valkey/libsearch.so --use-coordinator yes',
    'loadmodule /opt/link.so --writer-threads 2',
    'loadmodule /opt/libvalkey_bloom.so bloom-capacity 200',
    'loadmodule /usr/lib/valkey/libvalkey_bloom.so',
    'loadmodule /usr/lib/valkey/libecho.so',
    "loadmodule /usr/lib/valkey/libecho.so 'a b' --c",
  ),
);
const plainLine = fc.constantFrom(
  'port 7001',
  'dir /srv/data',
  'maxmemory 1gb',
  'cluster-enabled yes',
  '# loadmodule /none.so',
  '',
);
const text = fc
  .array(fc.oneof(loadLine, plainLine), { maxLength: 5 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

const option = fc.oneof(
  loadLine.map((line) => [`--${line.replace(/^LOADMODULE/, 'loadmodule')}`]),
  fc.constantFrom(
    ['--loadmodule', '/usr/lib/valkey/libjson.so'],
    ['--loadmodule', '/usr/lib/valkey/libvalkey_bloom.so', 'bloom-capacity', '300'],
    ['--port', '7002'],
    ['--save', '--appendonly', 'yes'],
    ['--include', '/etc/more.conf'],
    ['--port 1\nloadmodule /usr/lib/valkey/libecho.so x\nmaxclients 10'],
  ),
);

const input = fc.record({
  main: fc.array(fc.oneof(text, fc.constant('include /etc/more.conf\n'), fc.constant('include more/*.conf\n')), {
    maxLength: 3,
  }),
  more: text,
  first: text,
  options: fc.array(option, { maxLength: 3 }),
  shape: fc.constantFrom('file', 'none', 'stdin', 'file and stdin'),
  env: fc.record(
    {
      SEARCH_MODULE_ARGS: fc.constantFrom(
        '--use-coordinator',
        '--reader-threads 8 --writer-threads 3',
        '--use-coordinator no',
      ),
      ECHO_MODULE_ARGS: fc.constantFrom("'x y'", '--c'),
      BLOOM_MODULE_ARGS: fc.constant('bloom-capacity 500'),
      JSON_MODULE_ARGS: fc.constant('max-path-limit 200'),
      VALKEY_MODULES: fc.constantFrom('none', 'search', '-json'),
      VALKEY_PASSWORD: fc.constant('secret word'),
      VALKEY_EXTRA_FLAGS: fc.constantFrom(
        '--maxclients 20',
        '"--loadmodule /usr/lib/valkey/libsearch.so --reader-threads 6"',
      ),
    },
    { requiredKeys: [] },
  ),
});

type Input = typeof input extends fc.Arbitrary<infer Value> ? Value : never;

function imageOf({ main, more, first, shape }: Input) {
  const files: Record<string, Spec> = {
    [conf]: main.join(''),
    '/etc/more.conf': more,
    '/data/more/1.conf': first,
    '/srv/data/more/1.conf': first,
    '/data': { directory: true },
    '/opt/link.so': { link: '/usr/lib/valkey/libsearch.so' },
    '/opt/libvalkey_bloom.so': moduleFile(),
  };
  return { files, modules, ...(shape.includes('stdin') && { stdin: main.join('') }) };
}

function commandOf({ shape, options }: Input): string[] {
  const flat = options.flat();
  if (shape === 'none') return ['valkey-server', ...flat];
  if (shape === 'stdin') return ['valkey-server', '-', ...flat];
  return ['valkey-server', conf, ...flat, ...(shape === 'file' ? [] : ['-'])];
}

/** What the server reads from the command line that the start made. */
function readBack(started: Started): Configuration | null {
  return started.exec === null ? null : readConfiguration(started.hostAfter(), started.exec.argv.slice(1), {});
}

function loadsOf({ fileDirectives, optionDirectives }: Configuration): { path: string; args: string[] }[] {
  return [...fileDirectives, ...optionDirectives].flatMap(({ name, args: [path, ...words] }) =>
    name === 'loadmodule' && path !== undefined ? [{ path: textOf(path), args: words.map(textOf) }] : [],
  );
}

function identityOf(path: string): string {
  return path === '/opt/link.so' ? 'libsearch.so' : path.slice(path.lastIndexOf('/') + 1);
}

function holds(check: (back: Configuration, given: Input, started: Started) => void): void {
  fc.assert(
    fc.property(input, (given) => {
      const started = start(commandOf(given), given.env, imageOf(given));
      const back = readBack(started);
      if (back !== null) check(back, given, started);
    }),
    { numRuns: 150 },
  );
}

describe('whatever the configuration, the server', () => {
  it('starts', () => {
    fc.assert(
      fc.property(input, (given) => {
        expect(start(commandOf(given), given.env, imageOf(given)).exitCode).toBeNull();
      }),
      { numRuns: 150 },
    );
  });
  it('loads no module twice', () => {
    holds((back) => {
      const names = loadsOf(back).map(({ path }) => identityOf(path));
      expect(names).toEqual([...new Set(names)]);
    });
  });
  it('loads every module that the user loads', () => {
    holds((back, given) => {
      const host = fakeImage(imageOf(given));
      const flags = { VALKEY_EXTRA_FLAGS: given.env.VALKEY_EXTRA_FLAGS };
      const wanted = loadsOf(readConfiguration(host, commandOf(given).slice(1), flags)).map(({ path }) =>
        identityOf(path),
      );
      expect(loadsOf(back).map(({ path }) => identityOf(path))).toEqual(expect.arrayContaining(wanted));
    });
  });
  it('loads json before search', () => {
    holds((back) => {
      const names = loadsOf(back).map(({ path }) => identityOf(path));
      if (names.includes('libjson.so') && names.includes('libsearch.so'))
        expect(names.indexOf('libjson.so')).toBeLessThan(names.indexOf('libsearch.so'));
    });
  });
  it('never gets a value behind --use-coordinator', () => {
    holds((back) => {
      for (const { args } of loadsOf(back)) expect(args).not.toContain('yes');
    });
  });
  it('sees every directive of the user with the same value, and the same data directory', () => {
    holds((back, given) => {
      const host = fakeImage(imageOf(given));
      const flags = { VALKEY_EXTRA_FLAGS: given.env.VALKEY_EXTRA_FLAGS };
      const own = readConfiguration(host, commandOf(given).slice(1), flags);
      for (const [name, { args }] of own.settings)
        if (name !== 'loadmodule' && name !== 'include')
          expect([name, back.settings.get(name)?.args]).toEqual([name, args]);
      expect(back.dataDirectory).toBe(own.dataDirectory);
    });
  });
});

it('what CONFIG REWRITE writes into the file of the user comes up with the same modules and arguments', () => {
  holds((back, given, { exec, hostAfter }) => {
    if (exec?.argv[1] !== conf) return;
    const written = loadsOf(back)
      .map(({ path, args }) => `loadmodule ${[path, ...args].join(' ')}\n`)
      .join('');
    const kept = [...back.settings].filter(
      ([name]) => !['loadmodule', 'include'].includes(name) && !name.includes('.'),
    );
    const others = kept.map(([name, { args }]) => `${name} ${args.map((word) => `"${word}"`).join(' ')}\n`).join('');
    const includes =
      given.main
        .join('')
        .match(/^include .*\n/gm)
        ?.join('') ?? '';
    const image = imageOf(given);
    const again = start(commandOf(given), given.env, {
      ...image,
      files: { ...image.files, [conf]: `${includes}${others}${written}` },
    });
    const second = readBack(again);
    const flat = (configuration: Configuration | null) =>
      configuration === null
        ? null
        : loadsOf(configuration)
            .map(({ path, args }) => [identityOf(path), ...args].join(' '))
            .sort();
    expect(hostAfter().tree.look(conf)).not.toBeNull();
    expect(flat(second)).toEqual(flat(back));
  });
});
