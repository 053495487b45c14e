import { describe, expect, it } from 'vitest';
import { type Facts, judgeServer } from '../../../../entrypoint/server/findings.ts';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';

const MB = 1024 * 1024;
const well: Facts = {
  info: new Map(Object.entries({ maxmemory: String(100 * MB), aof_enabled: '1', rdb_last_bgsave_status: 'ok' })),
  config: new Map(
    Object.entries({ maxclients: '10000', 'tcp-backlog': '511', save: '', bind: '* -::*', 'protected-mode': 'no' }),
  ),
  modules: [
    { name: 'lua', version: 1, path: 'lua', args: [] },
    { name: 'search', version: 1, path: '/libsearch.so', args: ['--reader-threads', '8'] },
    { name: 'json', version: 1, path: '/my json.so', args: [] },
  ],
  wanted: ['/libsearch.so --reader-threads 8', '"/my json.so"'].map(bytesOf),
  defaultUser: { flags: ['on'], commands: '+@all' },
  memoryLimit: 300 * MB,
  overcommit: '1',
  hugePages: 'always [madvise] never',
  hugePagesOfProcess: '1',
  somaxconn: 4096,
  openFiles: 20_000,
};
const change = (facts: Facts, key: 'info' | 'config', fields: Readonly<Record<string, string>>): Facts => ({
  ...facts,
  [key]: new Map([...(facts[key] ?? []), ...Object.entries(fields)]),
});
const codesOf = (facts: Facts) => judgeServer(facts).flatMap(({ findings }) => findings.map(({ code }) => code));
const open = { ...well, defaultUser: { flags: ['on', 'nopass'], commands: '+@all' } };
const node = change(well, 'info', { cluster_enabled: '1' });

describe('a server', () => {
  it('of which all is well gives no finding, and a line for each subject', () => {
    expect(codesOf(well)).toEqual([]);
    expect(judgeServer(well).map(({ name }) => name)).toEqual(['modules', 'access', 'memory', 'kernel', 'disk']);
  });

  it.each<[string, Facts, readonly string[]]>([
    ['a module that is gone', { ...well, modules: (well.modules ?? []).slice(0, 2) }, ['VB801']],
    [
      'other arguments',
      { ...well, wanted: ['/libsearch.so --reader-threads 9', '"/my json.so"'].map(bytesOf) },
      ['VB801'],
    ],
    ['a module that nobody wanted', { ...well, wanted: [bytesOf('/libsearch.so --reader-threads 8')] }, ['VB802']],
    ['no record of what was wanted', { ...well, wanted: [] }, []],
    ['an open server', open, ['VB803']],
    ['an open server on loopback', change(open, 'config', { bind: '127.0.0.1 -::1' }), []],
    ['an open server behind protected mode', change(open, 'config', { 'protected-mode': 'yes' }), []],
    ['an open user without rights', { ...open, defaultUser: { flags: ['on', 'nopass'], commands: '-@all +ping' } }, []],
    ['a default user that is off', { ...open, defaultUser: { flags: ['off', 'nopass'], commands: '+@all' } }, []],
    ['maxmemory above the limit', { ...well, memoryLimit: 99 * MB }, ['VB804']],
    ['no maxmemory under a limit', change(well, 'info', { maxmemory: '0' }), ['VB805']],
    ['no maxmemory without a limit', { ...change(well, 'info', { maxmemory: '0' }), memoryLimit: null }, []],
    ['no room for a save', { ...well, memoryLimit: 199 * MB }, ['VB806']],
    [
      'no room for a save that nobody makes',
      { ...change(well, 'info', { aof_enabled: '0' }), memoryLimit: 199 * MB },
      [],
    ],
    ['overcommit', { ...well, overcommit: '0' }, ['VB807']],
    ['huge pages', { ...well, hugePages: '[always] madvise never' }, ['VB808']],
    [
      'huge pages that are off for the server',
      { ...well, hugePages: '[always] madvise never', hugePagesOfProcess: '0' },
      [],
    ],
    ['too few files', change({ ...well, openFiles: 1024 }, 'config', { maxclients: '992' }), ['VB809']],
    ['few clients because they are wanted', change(well, 'config', { maxclients: '992' }), []],
    ['a short queue', { ...well, somaxconn: 128 }, ['VB810']],
    ['a save that failed', change(well, 'info', { rdb_last_bgsave_status: 'err' }), ['VB811']],
    [
      'an AOF that cannot be written',
      change(well, 'info', { aof_last_write_status: 'err', aof_last_bgrewrite_status: 'err' }),
      ['VB811', 'VB811'],
    ],
    ['full coverage', change(node, 'config', { 'cluster-require-full-coverage': 'yes' }), ['VB812']],
    ['full coverage where there is no cluster', change(well, 'config', { 'cluster-require-full-coverage': 'yes' }), []],
    [
      'what the kernel does not say',
      {
        ...well,
        overcommit: null,
        hugePages: null,
        hugePagesOfProcess: null,
        somaxconn: null,
        openFiles: null,
        memoryLimit: null,
      },
      [],
    ],
  ])('%s', (_, facts, codes) => expect(codesOf(facts)).toEqual(codes));

  it.each<[string, Facts, readonly string[]]>([
    ['INFO', { ...well, info: null }, ['modules', 'access', 'kernel']],
    ['MODULE LIST', { ...well, modules: null }, ['access', 'memory', 'kernel', 'disk']],
    ['CONFIG GET', { ...well, config: null }, ['modules', 'disk']],
    ['ACL GETUSER', { ...well, defaultUser: null }, ['modules', 'memory', 'kernel', 'disk']],
  ])('that refuses %s is not taken for well in what that would show', (_, facts, subjects) => {
    expect(judgeServer(facts).map(({ name }) => name)).toEqual(subjects);
  });

  it.each<[string, Facts]>([
    ['the user default needs a password, or is off', well],
    ['the user default needs no password; only from this machine', change(open, 'config', { bind: '127.0.0.1 -::1' })],
    ['the user default needs no password; protected mode is on', change(open, 'config', { 'protected-mode': 'yes' })],
    [
      'the user default needs no password; it has not every right',
      { ...open, defaultUser: { flags: ['on', 'nopass'], commands: '-@all +ping' } },
    ],
  ])('says who gets in: %s', (said, facts) => {
    expect(judgeServer(facts).find(({ name }) => name === 'access')?.summary).toBe(said);
  });

  it('hides secrets of arguments', () => {
    const facts: Facts = { ...well, wanted: [bytesOf('/libldap.so search_bind_passwd hidden')] };
    expect(JSON.stringify(judgeServer(facts))).not.toContain('hidden');
    const listed = [{ name: 'ldap', version: 1, path: '/libldap.so', args: ['search_bind_passwd', 'hidden'] }];
    expect(JSON.stringify(judgeServer({ ...facts, modules: listed, wanted: [bytesOf('/libldap.so')] }))).not.toContain(
      'hidden',
    );
  });
});
