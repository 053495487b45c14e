import { describe, expect, test } from 'vitest';
import type { BundleFile } from '../../../modules/schema.ts';
import type { ServerModule } from '../../../scripts/lib/module-list.ts';
import type { PlanReport } from '../../../scripts/start/ask.ts';
import { moduleRows } from '../../../scripts/start/module-rows.ts';

const redisearch: ServerModule = {
  name: 'ft',
  version: 10_200,
  path: '/usr/lib/valkey/redisearch.so',
  args: ['MAXEXPANSIONS', '300'],
};
const lua: ServerModule = { name: 'lua', version: 1, path: null, args: [] };
const plan: PlanReport = {
  version: 1,
  modules: [
    {
      name: 'redisearch',
      file: '/usr/lib/valkey/redisearch.so',
      decision: 'added',
      reason: 'neither the file nor the command line loads it',
      source: 'MODULE_DIR',
      args: [{ text: 'MAXEXPANSIONS 300', source: 'REDISEARCH_MODULE_ARGS' }],
    },
  ],
  loads: [{ path: '/usr/lib/valkey/redisearch.so', args: ['MAXEXPANSIONS', '300'] }],
  diagnostics: [],
};
const bundle: BundleFile = {
  version: 1,
  line: 'local',
  valkey: '9.1.2',
  server: '/usr/local/libexec/valkey/valkey-server',
  user: 'valkey',
  modules: { redisearch: { version: '1.2.2', origin: 'Debian' }, knot: { version: '3.5.8', origin: 'Debian' } },
  defaults: { moduleArgs: [], directives: [] },
};
const loaded = { kind: 'loaded' } as const;

describe('the table of modules', () => {
  test('joins what the server has, where the arguments came from and the version', () => {
    expect(moduleRows({ server: [redisearch], plan, bundle })).toEqual({
      rows: [
        {
          name: 'redisearch (ft)',
          version: '1.2.2',
          arguments: [{ text: 'MAXEXPANSIONS 300', source: 'REDISEARCH_MODULE_ARGS' }],
          presence: loaded,
        },
      ],
      warnings: [],
    });
  });

  test('stands in the order of loading, with what is part of the server last', () => {
    const knot = { name: 'knot', version: 1, path: '/usr/lib/valkey/knot.so', args: [] };
    const both = { ...plan, loads: [{ path: knot.path, args: [] }, ...plan.loads] };
    const { rows, warnings } = moduleRows({ server: [lua, redisearch, knot], plan: both, bundle });
    expect(rows.map(({ name, version }) => [name, version])).toEqual([
      ['knot', '3.5.8'],
      ['redisearch (ft)', '1.2.2'],
      ['lua', ''],
    ]);
    expect(rows.at(-1)?.presence).toEqual({ kind: 'built-in' });
    expect(warnings).toEqual([]);
  });

  test('shows the arguments that the server has, and warns where the plan says otherwise', () => {
    const { rows, warnings } = moduleRows({ server: [{ ...redisearch, args: ['SAFEMODE'] }], plan, bundle });
    expect(rows[0]?.arguments[0]).toEqual({ text: 'SAFEMODE', source: null });
    expect(warnings).toEqual(['ft: the server has the arguments "SAFEMODE", the plan says "MAXEXPANSIONS 300"']);
  });

  test('warns of a module that the plan does not have', () => {
    const other = { name: 'other', version: 7, path: '/opt/other.so', args: [] };
    const { rows, warnings } = moduleRows({ server: [redisearch, other], plan, bundle });
    expect(rows.at(-1)).toEqual({ name: 'other', version: 'ver 7', arguments: [], presence: loaded });
    expect(warnings).toEqual(['the server has loaded /opt/other.so, which is not in the plan']);
  });

  test('warns of a module that the server does not have', () => {
    expect(moduleRows({ server: [lua], plan, bundle }).warnings).toEqual([
      'the plan loads /usr/lib/valkey/redisearch.so, and the server has not loaded it',
    ]);
  });

  test('says why a module is not loaded', () => {
    const skipped = {
      ...plan,
      modules: [
        ...plan.modules,
        { name: 'knot', file: 'knot.so', decision: 'skipped', reason: 'VALKEY_MODULES leaves it out', args: [] },
      ],
    };
    expect(moduleRows({ server: [redisearch], plan: skipped, bundle }).rows.at(-1)).toEqual({
      name: 'knot',
      version: '3.5.8',
      arguments: [],
      presence: { kind: 'absent', reason: 'skipped: VALKEY_MODULES leaves it out' },
    });
  });

  test('gives each argument its own source', () => {
    const mixed = {
      ...plan,
      modules: plan.modules.map((module) => ({
        ...module,
        args: [
          { text: 'SAFEMODE', source: '/etc/valkey/valkey.conf:3' },
          { text: 'EXTLOAD "a b"', source: 'REDISEARCH_MODULE_ARGS' },
        ],
      })),
    };
    const args = ['SAFEMODE', 'EXTLOAD', 'a b', 'NOGC'];
    expect(moduleRows({ server: [{ ...redisearch, args }], plan: mixed, bundle }).rows[0]?.arguments).toEqual([
      { text: 'SAFEMODE', source: '/etc/valkey/valkey.conf:3' },
      { text: 'EXTLOAD "a b"', source: 'REDISEARCH_MODULE_ARGS' },
      { text: 'NOGC', source: null },
    ]);
  });

  test('keeps arguments that became directives, although no load line has them', () => {
    const directive = { text: 'json.max-path-limit 64', source: 'JSON_MODULE_ARGS' };
    const json = {
      ...plan,
      modules: [{ name: 'json', file: 'libjson.so', decision: 'added', reason: '', args: [directive] }],
      loads: [{ path: '/usr/lib/valkey/libjson.so', args: [] }],
    };
    const server = [{ name: 'json', version: 1, path: '/usr/lib/valkey/libjson.so', args: [] }];
    expect(moduleRows({ server, plan: json, bundle })).toMatchObject({
      rows: [{ arguments: [directive] }],
      warnings: [],
    });
  });

  test('hides what follows a word that names a secret', () => {
    const args = ['--bind-passwd', 'hunter2'];
    expect(moduleRows({ server: [{ ...redisearch, args }], plan: null, bundle }).rows[0]?.arguments).toEqual([
      { text: '--bind-passwd (redacted)', source: null },
    ]);
  });

  test('shows the plan where the server keeps its list to itself', () => {
    expect(moduleRows({ server: null, plan, bundle }).rows[0]).toMatchObject({ name: 'redisearch', version: '1.2.2' });
  });

  test('does without plan and bundle.json, with the version as the server has it', () => {
    expect(moduleRows({ server: [redisearch], plan: null, bundle: null }).rows[0]).toMatchObject({
      name: 'ft',
      version: 'ver 10200',
      arguments: [{ text: 'MAXEXPANSIONS 300', source: null }],
    });
  });
});
