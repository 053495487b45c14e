import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../entrypoint/modules/settings.ts';
import { passwordDirectives } from '../../../entrypoint/passwords.ts';
import { directives } from '../../support/conf-lines.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { codesOf, refusalOf } from '../../support/refusal.ts';

const files = {
  '/run/secret': 'from file\n',
  '/run/crlf': 'from file\r\n',
  '/run/bare': 'from file',
  '/run/two': 'a\nb\n',
  '/run/empty': '',
  '/run/newline': '\n',
  '/run/nul': 'a\0b',
  '/run/latin1': { bytes: 'p\xe4ssword\n' as never },
  '/run/closed': { text: 'x', mode: 0o600 },
};

function read(env: Readonly<Record<string, string>>, conf = '') {
  const { directives: added, warnings } = passwordDirectives(
    fakeHost({ files, uid: 1000 }),
    env,
    settingsOf(directives(conf)),
  );
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
    expect(read({ VALKEY_PASSWORD_FILE: '' }).added).toEqual([]);
  });
  it('may hold anything', () => expect(read({ VALKEY_PASSWORD: ' "a b\' é' }).added).toEqual(both(' "a b\' \xc3\xa9')));
  it.each(['/run/secret', '/run/crlf', '/run/bare'])('is the one line of its file: %s', (path) => {
    expect(read({ VALKEY_PASSWORD_FILE: path }).added).toEqual(both('from file'));
  });
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
  it('counts by its old name, and for both: a node must offer the password that it takes', () => {
    expect(read({ VALKEY_PASSWORD: 'x' }, 'masterauth y')).toMatchObject({ added: [], codes: ['VB209'] });
  });
  it('is completed where it is the same', () => {
    expect(read({ VALKEY_PASSWORD: 'x' }, 'requirepass x')).toMatchObject({ added: ['primaryauth x'], codes: [] });
  });
});

describe('a password is refused where', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['it is set twice', 'VB206', { VALKEY_PASSWORD: 'x', VALKEY_PASSWORD_FILE: '/run/secret' }],
    ['it is empty', 'VB212', { VALKEY_PASSWORD: '' }],
    ['it is not UTF-8', 'VB211', { VALKEY_PASSWORD: '\ufffd' }],
    ['its file is missing', 'VB205', { VALKEY_PASSWORD_FILE: '/none' }],
    ['its file is a directory', 'VB205', { VALKEY_PASSWORD_FILE: '/run' }],
    ['its file may not be read', 'VB205', { VALKEY_PASSWORD_FILE: '/run/closed' }],
    ['its file is empty', 'VB205', { VALKEY_PASSWORD_FILE: '/run/empty' }],
    ['its file is one newline', 'VB205', { VALKEY_PASSWORD_FILE: '/run/newline' }],
    ['its file has two lines', 'VB205', { VALKEY_PASSWORD_FILE: '/run/two' }],
    ['its file has a NUL byte', 'VB205', { VALKEY_PASSWORD_FILE: '/run/nul' }],
    ['its file is not UTF-8, which would change it', 'VB211', { VALKEY_PASSWORD_FILE: '/run/latin1' }],
  ])('%s: %s', (_, code, env) => expect(refusalOf(() => read(env)).code).toBe(code));
});
