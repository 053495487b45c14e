import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../entrypoint/conf/configuration.ts';
import { passwordDirectives } from '../../../entrypoint/server/passwords.ts';
import { directives } from '../../support/conf-lines.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { codesOf, refusalOf } from '../../support/refusal.ts';

const files = {
  '/run/secret': 'from file\n',
  '/run/crlf': 'from file\r\n',
  '/run/bare': 'from file',
  '/run/two': 'a\nb\n',
  '/run/empty': '',
  '/run/tab': 'a\tb\n',
  '/run/newline': '\n',
  '/run/nul': 'a\0b',
  '/run/latin1': { bytes: 'p\xe4ssword\n' as never },
  '/run/closed': { text: 'x', mode: 0o600 },
};

function accessOf(conf: string) {
  const lines = directives(conf);
  return { settings: settingsOf(lines), fileDirectives: lines, optionDirectives: [], dataDirectory: '/data' };
}

function read(env: Readonly<Record<string, string>>, conf = '') {
  const { directives: added, warnings } = passwordDirectives(fakeHost({ files, uid: 1000 }), env, accessOf(conf));
  return {
    added: added.map(({ name, value }) => `${name} ${value}`),
    secret: added.map(({ secret }) => secret),
    codes: codesOf(warnings),
  };
}

const both = (password: string) => [`requirepass ${password}`, `primaryauth ${password}`];

describe('the password', () => {
  it('sets requirepass and primaryauth, as secrets', () => {
    expect(read({ VALKEY_PASSWORD: 'x' })).toEqual({ added: both('x'), secret: [true, true], codes: [] });
  });
  it('is not set where nobody names one', () => {
    expect(read({}).added).toEqual([]);
  });
  it('may hold anything', () => expect(read({ VALKEY_PASSWORD: ' "a b\' é' }).added).toEqual(both(' "a b\' \xc3\xa9')));
  it.each(['/run/secret', '/run/crlf', '/run/bare'])('is the one line of its file: %s', (path) => {
    expect(read({ VALKEY_PASSWORD_FILE: path }).added).toEqual(both('from file'));
  });
});

it.each(['redis\n', 'redis\r\n', 'redis'])('a variable and a file of the same bytes are one password: %j', (bytes) => {
  const host = fakeHost({ files: { '/run/bytes': bytes } });
  const given = [{ VALKEY_PASSWORD: bytes }, { VALKEY_PASSWORD_FILE: '/run/bytes' }];
  const values = given.map((env) => passwordDirectives(host, env, accessOf('')).directives[0]?.value);
  expect(values).toEqual(['redis', 'redis']);
});

describe('a password of the configuration', () => {
  it('wins, which is said', () => {
    expect(read({ VALKEY_PASSWORD: 'x' }, 'requirepass y\nprimaryauth y')).toMatchObject({
      added: [],
      codes: ['VB209'],
    });
  });
  it('wins silently where it is the same', () => {
    expect(read({ VALKEY_PASSWORD: 'x' }, 'requirepass x\nmasterauth x')).toMatchObject({ added: [], codes: [] });
  });
  it.each(['masterauth y', 'primaryauth x\nmasterauth y', 'primaryauth ""'])(
    'for the primary leaves the own one alone, which is said: %j',
    (conf) => {
      expect(read({ VALKEY_PASSWORD: 'x' }, conf)).toMatchObject({ added: ['requirepass x'], codes: ['VB209'] });
    },
  );
  it('is completed where it is the same', () => {
    expect(read({ VALKEY_PASSWORD: 'x' }, 'requirepass x')).toMatchObject({ added: ['primaryauth x'], codes: [] });
  });
});

describe('a password is refused where', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['it is set twice', 'VB206', { VALKEY_PASSWORD: 'x', VALKEY_PASSWORD_FILE: '/run/secret' }],
    ['it is empty', 'VB212', { VALKEY_PASSWORD: '' }],
    ['it is one line end', 'VB212', { VALKEY_PASSWORD: '\r\n' }],
    ['the name of its file is empty', 'VB212', { VALKEY_PASSWORD_FILE: '' }],
    ['it has two line ends', 'VB213', { VALKEY_PASSWORD: 'x\n\n' }],
    ['it begins with a byte order mark', 'VB215', { VALKEY_PASSWORD: '\ufeffx' }],
    ['it has a tab', 'VB213', { VALKEY_PASSWORD: 'a\tb' }],
    ['it has a control character beyond ASCII', 'VB213', { VALKEY_PASSWORD: 'a\u009bb' }],
    ['its file has a tab', 'VB213', { VALKEY_PASSWORD_FILE: '/run/tab' }],
    ['it is not UTF-8', 'VB211', { VALKEY_PASSWORD: '\ufffd' }],
    ['its file is missing', 'VB205', { VALKEY_PASSWORD_FILE: '/none' }],
    ['its file is a directory', 'VB205', { VALKEY_PASSWORD_FILE: '/run' }],
    ['its file may not be read', 'VB205', { VALKEY_PASSWORD_FILE: '/run/closed' }],
    ['its file is empty', 'VB205', { VALKEY_PASSWORD_FILE: '/run/empty' }],
    ['its file is one newline', 'VB205', { VALKEY_PASSWORD_FILE: '/run/newline' }],
    ['its file has two lines', 'VB213', { VALKEY_PASSWORD_FILE: '/run/two' }],
    ['its file has a NUL byte', 'VB213', { VALKEY_PASSWORD_FILE: '/run/nul' }],
    ['its file is not UTF-8, which would change it', 'VB211', { VALKEY_PASSWORD_FILE: '/run/latin1' }],
  ])('%s: %s', (_, code, env) => expect(refusalOf(() => read(env)).code).toBe(code));
});
