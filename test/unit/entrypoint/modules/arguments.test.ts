import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../../entrypoint/modules/arguments.ts';
import type { Place } from '../../../../entrypoint/text/place.ts';
import { fileAt, words } from '../../../support/conf-lines.ts';
import { moduleOf } from '../../../support/merge-module.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

const env: Place = { kind: 'variable', name: 'X_MODULE_ARGS' };
const file = fileAt(1);

function parse(name: string, text: string, at: Place = env, version: string | undefined = '1.0.2') {
  return parseArguments(moduleOf(name), version, words(...text.split(' ').filter((word) => word !== '')), at);
}

/** Words that reach the load line, one option a string, and the codes of the warnings. */
function read(name: string, text: string, at?: Place, version?: string): [string[], string[]] {
  const { options, warnings } = parse(name, text, at, version);
  return [options.filter(({ words }) => words.length > 0).map(({ words }) => words.join(' ')), codesOf(warnings)];
}

/** Directives that the options become. */
function directives(name: string, text: string): string[] {
  return parse(name, text).options.flatMap(({ directive }) =>
    directive ? [`${directive.name} ${directive.value}`] : [],
  );
}

describe('flags (search)', () => {
  it.each([
    ['', [], []],
    ['--use-coordinator', ['--use-coordinator'], []],
    ['--reader-threads 8', ['--reader-threads 8'], []],
    ['--use-coordinator --reader-threads 8', ['--use-coordinator', '--reader-threads 8'], []],
    ['--reader-threads 8 --use-coordinator', ['--reader-threads 8', '--use-coordinator'], []],
    ['--use-coordinator yes', ['--use-coordinator'], ['VB401']],
    ['--use-coordinator TRUE --reader-threads 8', ['--use-coordinator', '--reader-threads 8'], ['VB401']],
    ['--use-coordinator 1', ['--use-coordinator'], ['VB401']],
    ['--use-coordinator=yes', ['--use-coordinator'], ['VB413', 'VB401']],
    ['--use-coordinator no', [], []],
    ['--use-coordinator=off', [], ['VB413']],
    ['use-coordinator', ['--use-coordinator'], ['VB413']],
    ['search.reader-threads 8', ['--reader-threads 8'], ['VB413']],
    ['--search.reader-threads 8', ['--reader-threads 8'], ['VB413']],
    ['--reader-threads=8', ['--reader-threads 8'], ['VB413']],
    ['--reader-threads 4 --reader-threads 8', ['--reader-threads 8'], []],
    ['--log-level debug', ['--log-level debug'], []],
    ['--query-string-bytes 5', ['--query-string-bytes 5'], ['VB402']],
    ['--reader-thread 8', ['--reader-thread 8'], ['VB402']],
    ['--new-flag', ['--new-flag'], ['VB402']],
    ['--new-flag --use-coordinator', ['--new-flag', '--use-coordinator'], ['VB402']],
  ])('%j from the environment gives %j and warns %j', (text, options, codes) => {
    expect(read('search', text)).toEqual([options, codes]);
  });

  it.each([
    ['--reader-threads', 'VB405'],
    ['--reader-threads --use-coordinator', 'VB405'],
    ['stray', 'VB406'],
    ['--use-coordinator maybe', 'VB406'],
    ['--reader-threads 8 9', 'VB406'],
    ['--reader-threads 0', 'VB403'],
    ['--reader-threads 1025', 'VB403'],
    ['--reader-threads eight', 'VB403'],
    ['--log-level loud', 'VB403'],
  ])('%j from the environment is refused: %s', (text, code) => {
    expect(refusalOf(() => parse('search', text))).toMatchObject({ code, at: env });
  });

  it.each([
    ['--reader-threads 0', ['--reader-threads 0'], ['VB404']],
    ['--use-coordinator no', [], ['VB401']],
  ])('%j from a file gives %j and warns %j', (text, options, codes) => {
    expect(read('search', text, file)).toEqual([options, codes]);
  });

  it.each([
    ['--reader-threads', 'VB405'],
    ['stray', 'VB406'],
  ])('%j from a file is refused too, since the module would not load: %s', (text, code) => {
    expect(refusalOf(() => parse('search', text, file))).toMatchObject({ code, at: file });
  });

  it('are mended only where the words would not reach the module as they were written', () => {
    const mended = (text: string) => parse('search', text, file).mended;
    expect([mended('--use-coordinator'), mended('--use-coordinator yes'), mended('--reader-threads=8')]).toEqual([
      false,
      true,
      true,
    ]);
  });
  it('carry the directive that sets the same', () => {
    expect(directives('search', '--use-coordinator --reader-threads 8')).toEqual(['search.reader-threads 8']);
  });
  it('suggest the nearest option for an unknown one', () => {
    expect(parse('search', '--reader-thread 8').warnings[0]?.hint).toContain('--reader-threads');
  });
  it('say nothing about an unknown name where the list for the version is not complete', () => {
    expect(read('search', '--new-flag', env, '1.1.0')).toEqual([['--new-flag'], []]);
  });
  it('say nothing about an unknown name where the version is not known', () => {
    expect(codesOf(parseArguments(moduleOf('search'), undefined, words('--new-flag'), env).warnings)).toEqual([]);
  });
  it('say nothing about an option that the version knows', () => {
    expect(read('search', '--query-string-bytes 5', env, '1.2.1')).toEqual([['--query-string-bytes 5'], []]);
  });
});

describe('pairs (bloom)', () => {
  it.each([
    ['bloom-capacity 200', ['bloom-capacity 200'], []],
    ['--bloom-capacity 200', ['bloom-capacity 200'], ['VB413']],
    ['bf.bloom-capacity 200', ['bloom-capacity 200'], ['VB413']],
    ['bloom-capacity=200 bloom-fp-rate 0.1', ['bloom-capacity 200', 'bloom-fp-rate 0.1'], ['VB413']],
    ['bloom-capcity 200', ['bloom-capcity 200'], ['VB402']],
    ['other bloom-capacity 200', ['other', 'bloom-capacity 200'], ['VB402']],
  ])('%j gives %j and warns %j', (text, options, codes) => expect(read('bloom', text)).toEqual([options, codes]));

  it.each([
    ['bloom-capacity', 'VB405'],
    ['bloom-capacity many', 'VB403'],
    ['bloom-use-random-seed true', 'VB403'],
  ])('%j is refused: %s', (text, code) => expect(refusalOf(() => parse('bloom', text)).code).toBe(code));
});

describe('pairs without case (redisearch)', () => {
  it.each([
    ['maxexpansions 300', ['MAXEXPANSIONS 300'], []],
    ['SAFEMODE TIMEOUT 100', ['SAFEMODE', 'TIMEOUT 100'], []],
    ['SafeMode yes', ['SAFEMODE'], ['VB401']],
  ])('%j gives %j and warns %j', (text, options, codes) => {
    expect(read('redisearch', text, env, '1.2.2')).toEqual([options, codes]);
  });
});

describe('directives (json, ldap)', () => {
  it.each([
    'max-path-limit 200',
    '--max-path-limit 200',
    'json.max-path-limit 200',
    '--json.max-path-limit 200',
    'max-path-limit=200',
  ])('%j becomes a directive and no argument', (text) => {
    expect([directives('json', text), read('json', text)[0]]).toEqual([['json.max-path-limit 200'], []]);
  });
  it.each(['max-path-limit 200', '--max-path-limit 200', 'json.max-path-limit 200', '--json.max-path-limit 200'])(
    '%j is one of the usual spellings, so nothing is said about it',
    (text) => expect(codesOf(parse('json', text).warnings)).toEqual([]),
  );
  it.each([
    ['json', 'max-path-limit', 'VB405'],
    ['json', 'max-path-limit many', 'VB403'],
    ['json', 'new-limit', 'VB405'],
    ['ldap', 'connection_pool_size 0', 'VB403'],
    ['ldap', 'auth_mode other', 'VB403'],
  ])('of %s: %j is refused: %s', (name, text, code) => expect(refusalOf(() => parse(name, text)).code).toBe(code));

  it('pass an unknown one on with a warning: the module decides', () => {
    expect([directives('json', 'new-limit 5'), codesOf(parse('json', 'new-limit 5').warnings)]).toEqual([
      ['json.new-limit 5'],
      ['VB402'],
    ]);
  });
  it('know a secret', () => {
    expect(parse('ldap', 'search_bind_passwd x servers y').options.map(({ secret }) => secret)).toEqual([true, false]);
  });
  it('on a load line do nothing, which is said, and stay there', () => {
    expect(read('json', 'max-path-limit 200', file)).toEqual([['max-path-limit 200'], ['VB410']]);
  });
});

it('a module without a manifest takes all its words as they are', () => {
  expect(read('echo', 'a --b c=d a')).toEqual([['a --b c=d a'], []]);
});
