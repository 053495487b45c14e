import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { isSecretDirective, mentionsSecret, redactLine, redactWords } from '../../../../entrypoint/text/secrets.ts';
import { manifests } from '../../../support/fake-image.ts';

describe('a line with a secret', () => {
  it.each([
    ['requirepass s3cret', 'requirepass (redacted)'],
    ['  REQUIREPASS "s3cret', '  REQUIREPASS (redacted)'],
    ['masterauth s3cret', 'masterauth (redacted)'],
    ['primaryauth s3cret', 'primaryauth (redacted)'],
    ['tls-key-file-pass s3cret', 'tls-key-file-pass (redacted)'],
    ['ldap.search_bind_passwd s3cret', 'ldap.search_bind_passwd (redacted)'],
    ['user alice on >s3cret ~* +@all', 'user alice (redacted)'],
    ['user alice on #5e884898da28 <s3cret', 'user alice (redacted)'],
    ['port 7001requirepass s3cret', 'port 7001requirepass (redacted)'],
    ['# requirepass s3cret', '# requirepass (redacted)'],
    ['require"pass" s3cret', 'requirepass (redacted)'],
    ['"require\\x70ass" "s3cret', 'requirepass (redacted)'],
    ['requirepas "s3cret', 'requirepas (redacted)'],
    ['requirepsas "s3cret', 'requirepsas (redacted)'],
    ['port 1masterath "s3cret', 'port 1masterath (redacted)'],
    ['search_bind_pasword "s3cret', 'search_bind_pasword (redacted)'],
    ['port 1sentinel auth-pass m "s3cret', 'port 1sentinel auth-pass (redacted)'],
    ['maxclients 100user alice on >s3cret', 'maxclients 100user alice (redacted)'],
    ['--port 7000 --user alice on ">s3cret', '--port 7000 --user alice (redacted)'],
    ['user alice>s3cret', 'user (redacted)'],
    ['usr alice on ">s3cret', 'usr alice on (redacted)'],
    ['x redis://bob:s3cret@host', 'x redis:// (redacted)'],
    ['include /run/secrets/x.conf s3cret', 'include /run/secrets/x.conf (redacted)'],
  ])('%j shows as %j', (line, expected) => expect(redactLine(bytesOf(line))).toBe(expected));

  it.each([
    'sentinel auth-pass mymaster s3cret',
    'sentinel sentinel-pass s3cret',
    '--requirepass s3cret',
    '"requirepass" "s3cret"',
  ])('%j does not show it', (line) => {
    expect(redactLine(bytesOf(line))).not.toBeNull();
    expect(redactLine(bytesOf(line))).not.toContain('s3cret');
  });

  it.each([
    'port 6379',
    'protected-mode no',
    'sentinel monitor mymaster 127.0.0.1 6379 2',
    'sentinel auth-user mymaster bob',
    '# a comment',
    '# save <seconds> <changes>',
    'masteruser bob',
    'primaryuser bob',
    'tls-auth-clients optional',
    'tls-client-key-file /tls/key',
    'tls-key-file /run/secrets/key',
    'include /run/secrets/valkey.conf',
    'ldap.servers ldap://one:389,ldaps://two',
    'rename-command CONFIG ""',
  ])('%j is none', (line) => expect(redactLine(bytesOf(line))).toBeNull());

  it.each([
    'requirepass x',
    'MASTERAUTH x',
    'primaryauth=x',
    'auth pasword x',
    'PWD=x',
    'db-pw x',
    'client_SECRET x',
    'credentials x',
    'a.Token=x',
    'api-key x',
    'APIKEY x',
    '# USER alice x',
    'a user alice x',
    'on >x',
    'on <x',
    'amqp://bob:x@host',
  ])('%j mentions one', (text) => expect(mentionsSecret(text)).toBe(true));

  it('is a line with any option of a module only where that is a secret', () => {
    const options = manifests.flatMap(({ loadArgs }) => Object.entries(loadArgs.options));
    const taken = options.filter(([name]) => redactLine(bytesOf(`--${name} value`)) !== null);
    expect(taken.map(([name]) => name)).toEqual(options.flatMap(([name, { secret }]) => (secret ? [name] : [])));
  });

  it('of some length is looked through in one pass', () => {
    // So long that one pass from each place on would take longer than a test may.
    const million = 1_000_000;
    const words = ['user ', 'x', 'ldap://a:1,', '/'].map((word) => word.repeat(million / word.length));
    for (const text of words) expect(redactLine(bytesOf(text)) === null).toBe(!text.startsWith('user'));
    expect(redactLine(bytesOf(`${words[2]}@ x`))).not.toBeNull();
    expect(redactLine(bytesOf(`${words[3]} pass`))).not.toBeNull();
  });
});

describe('words of a load line', () => {
  it.each([
    [['password', 's3cret', 'x'], 'password (redacted) x'],
    [['--password=s3cret', 'x'], '--password=(redacted) x'],
    [['--password=', 's3cret', 'x'], '--password=(redacted) (redacted) x'],
    [['password s3cret', 'x'], 'password (redacted) x'],
    [['passwords', 's3cret', 'x'], 'password (redacted) (redacted) x'],
    [['--api-key', 's3cret'], '--api-key (redacted)'],
    [['--url', 'redis://bob:s3cret@host', 'x'], '--url redis:// (redacted) x'],
    [['/run/secrets/x', 'y'], '/run/secrets/x y'],
    [['--reader-threads', '8'], '--reader-threads 8'],
  ])('%j show as %j', (words, expected) => expect(redactWords(words.map(bytesOf)).join(' ')).toBe(expected));
});

it.each([
  ['--requirepass x', true],
  ['--port 1 --user alice on >x', true],
  ['"require\\x70ass" x', true],
  ['--reader-threads 8', false],
  ['/run/secrets/x', false],
])('whether %j names a secret: %j', (text, expected) => expect(mentionsSecret(text)).toBe(expected));

it('the names of secret directives are compared without case', () => {
  expect([isSecretDirective('RequirePass'), isSecretDirective('port')]).toEqual([true, false]);
});
