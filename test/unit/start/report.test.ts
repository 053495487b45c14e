import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { showArguments } from '../../../scripts/start/module-rows.ts';
import { renderSummary, type Summary, showVariable } from '../../../scripts/start/report.ts';

const summary: Summary = {
  alreadyRunning: false,
  port: 6380,
  image: 'valkey-bundle:local',
  valkeyVersion: '9.1.2',
  environment: [
    { name: 'REDISEARCH_MODULE_ARGS', value: 'MAXEXPANSIONS 300' },
    { name: 'VALKEY_PASSWORD', value: 'hunter2' },
  ],
  confPath: '/home/me/valkey.conf',
  modules: [
    {
      name: 'redisearch (ft)',
      version: '1.2.2',
      arguments: [
        { text: 'MAXEXPANSIONS 300', source: 'REDISEARCH_MODULE_ARGS' },
        { text: 'SAFEMODE', source: null },
      ],
      presence: { kind: 'loaded' },
    },
    { name: 'bare', version: '1.0', arguments: [], presence: { kind: 'loaded' } },
    { name: 'knot', version: '3.5.8', arguments: [], presence: { kind: 'absent', reason: 'skipped: VALKEY_MODULES' } },
    { name: 'lua', version: '', arguments: [], presence: { kind: 'built-in' } },
  ],
  dataKept: false,
  asksPassword: true,
};
const plain = pc.createColors(false);

describe('the summary', () => {
  test('shows what runs, each argument with its source, and what to do next', () => {
    expect(renderSummary(summary, plain)).toBe(`\
Valkey 9.1.2 runs on 127.0.0.1:6380 (container valkey-bundle, image valkey-bundle:local)
configuration  /home/me/valkey.conf
environment    REDISEARCH_MODULE_ARGS=MAXEXPANSIONS 300  VALKEY_PASSWORD=(set)

MODULE           VERSION  ARGUMENT              FROM
redisearch (ft)  1.2.2    MAXEXPANSIONS 300     REDISEARCH_MODULE_ARGS
                          SAFEMODE              (unknown)
bare             1.0      (no arguments)
knot             3.5.8    (not loaded)          skipped: VALKEY_MODULES
lua                       (part of the server)

connect  docker exec -it valkey-bundle valkey-cli --askpass
logs     docker logs -f valkey-bundle
stop     npm stop
data     volume valkey-bundle-data: it outlives npm stop; npm stop -- --data removes it
`);
  });

  test('says that it was running already', () => {
    expect(renderSummary({ ...summary, alreadyRunning: true }, plain)).toContain(
      'is already running on 127.0.0.1:6380',
    );
  });

  test('says that data of an earlier start is there', () => {
    expect(renderSummary({ ...summary, dataKept: true }, plain)).toContain('kept from an earlier start');
  });

  test('has no colour where none is wanted, and the same words where it is', () => {
    const coloured = renderSummary(summary, pc.createColors(true));
    expect(stripVTControlCharacters(renderSummary(summary, plain))).toBe(renderSummary(summary, plain));
    expect(coloured).not.toBe(renderSummary(summary, plain));
    expect(stripVTControlCharacters(coloured)).toBe(renderSummary(summary, plain));
  });
});

test('the argument behind one that is private is not on the screen', () => {
  expect(showArguments(['--private-key', 'hunter2', '--threads', '4'])).toBe('--private-key (redacted) --threads 4');
});

describe('a variable on the screen', () => {
  test.each([
    ['VALKEY_PASSWORD', 'hunter2'],
    ['LDAP_PASSWD', 'hunter2'],
    ['API_TOKEN', 'hunter2'],
    ['CLIENT_SECRET', 'hunter2'],
    ['LDAP_MODULE_ARGS', 'search_bind_passwd hunter2'],
    ['VALKEY_EXTRA_FLAGS', '--requirepass hunter2'],
    ['VALKEY_EXTRA_FLAGS', '--primaryauth hunter2'],
    ['VALKEY_EXTRA_FLAGS', '--user "default on >hunter2 ~* +@all"'],
    ['VALKEY_EXTRA_FLAGS', '--tls-key-file-pass hunter2'],
    ['VALKEY_EXTRA_FLAGS', '--requirepas hunter2'],
    ['LDAP_PRIVATE_KEY', 'hunter2'],
    ['VALKEY_EXTRA_FLAGS', '#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b'],
    ['VALKEY_EXTRA_FLAGS', '--tls-key-file /run/secrets/hunter2'],
  ])('%s=%s keeps its secret', (name, value) => {
    expect(showVariable({ name, value })).toBe(`${name}=(set)`);
  });

  test.each([
    ['SEARCH_MODULE_ARGS', '--reader-threads 4'],
    ['VALKEY_MODULES', 'search json'],
    ['VALKEY_PASSWORD', ''],
  ])('%s=%s is shown', (name, value) => {
    expect(showVariable({ name, value })).toBe(`${name}=${value}`);
  });
});
