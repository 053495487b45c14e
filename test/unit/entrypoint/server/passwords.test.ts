import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../../entrypoint/conf/configuration.ts';
import { passwordDirectives } from '../../../../entrypoint/server/passwords.ts';
import { directives } from '../../../support/conf-lines.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { bundle } from '../../../support/fake-image.ts';
import { start } from '../../../support/fake-start.ts';
import { codesOf, refusalOf } from '../../../support/refusal.ts';

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

describe('the user default', () => {
  const open = { ...bundle, defaults: { moduleArgs: [], directives: [{ name: 'protected-mode', value: 'no' }] } };
  const given = { VALKEY_PASSWORD: 'x' };
  /** SHA-256 of `x`. */
  const HASH = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
  const BOB = 'user bob on >own ~* +@all\n';

  function outcome(args: readonly string[], env: Readonly<Record<string, string>> = {}, acl?: string) {
    const command = ['valkey-server', ...(acl === undefined ? [] : ['--aclfile', '/acl']), ...args];
    const files = acl === undefined ? {} : { '/acl': acl };
    const { codes, exitCode, events, hostAfter } = start(command, env, { bundle: open, files });
    const written = events.flatMap((event) => (event.kind === 'write' ? [`${event.directory}/secrets.conf`] : []));
    const added = written.flatMap((path) => {
      const node = hostAfter().tree.look(path);
      return node?.kind === 'file' ? node.content.trim().split('\n') : [];
    });
    return { codes: codes.filter((code) => /^VB(2|51[04])/.test(code)), exitCode, added };
  }

  /** What sets the default user, and whether the server is then open. */
  const rules: ReadonlyArray<
    readonly [title: string, args: readonly string[], acl: string | undefined, isOpen: boolean]
  > = [
    ['an ACL file for another user', [], BOB, true],
    ['an empty ACL file', [], '', true],
    ['an ACL file with nopass', [], 'user default on nopass ~* &* +@all\n', true],
    ['an ACL file for another user, and requirepass', ['--requirepass', 'x'], BOB, true],
    ['an ACL file that turns it off', [], 'user default off\n', false],
    ['an ACL file with nopass, but not on', [], 'user default nopass\n', false],
    ['an ACL file without any password', [], 'user default on ~* &* +@all\n', false],
    ['an ACL file with a password', [], '  user default on >own ~* &* +@all\r\n', false],
    ['a user line with nopass', ['--user', 'default', 'on', 'nopass'], undefined, true],
    ['a user line with NOPASS', ['--user', 'default', 'ON', 'NOPASS'], undefined, true],
    ['a user line before requirepass', ['--user', 'default', 'on', 'nopass', '--requirepass', 'x'], undefined, true],
    ['a user line with a password after nopass', ['--user', 'default', 'on', 'nopass', '>own'], undefined, false],
    ['a user line with nopass after a password', ['--user', 'default', 'on', '>own', 'nopass'], undefined, true],
    ['a user line with resetpass', ['--user', 'default', 'on', 'nopass', 'resetpass'], undefined, false],
    ['a user line with reset', ['--user', 'default', 'on', 'nopass', 'reset', 'on'], undefined, false],
    ['a user line that is off', ['--user', 'default', 'off', 'nopass'], undefined, false],
    ['an empty requirepass', ['--requirepass', ''], undefined, true],
    ['requirepass', ['--requirepass', 'own'], undefined, false],
  ];

  describe('a start without a password from the environment', () => {
    it.each(rules)('warns where the server is open: %s', (_, args, acl, isOpen) => {
      expect(outcome(args, {}, acl)).toMatchObject({ codes: isOpen ? ['VB510'] : [], exitCode: null });
    });
    it.each([[[]], [['--user', 'bob', 'on', '>own']]])('warns where no rule for default stands: %j', (args) => {
      expect(outcome(args)).toMatchObject({ codes: ['VB510'], exitCode: null });
    });
  });

  describe('a start with a password from the environment', () => {
    it.each(rules)('refuses where the server is open, else says that it is not used: %s', (_, args, acl, isOpen) => {
      const refused = { codes: ['VB514'], exitCode: 78 };
      expect(outcome(args, given, acl)).toMatchObject(
        isOpen ? refused : { codes: ['VB209'], exitCode: null, added: [] },
      );
    });
    it.each([[[]], [['--user', 'bob', 'on', '>own']]])('uses it where no rule for default stands: %j', (args) => {
      const added = ['requirepass x', 'primaryauth x'];
      expect(outcome(args, given)).toEqual({ codes: [], exitCode: null, added });
    });
    it.each([['>x'], [`#${HASH}`], ['>own', '>x']])(
      'offers it to the primary where a rule takes it: %j',
      (...words) => {
        const { codes, added } = outcome(['--user', 'default', 'on', ...words], given);
        expect([codes, added]).toEqual([[], ['primaryauth x']]);
      },
    );
    it.each(['<x', `!${HASH}`])('does not use it where a rule takes it away again: %j', (word) => {
      const { codes, added } = outcome(['--user', 'default', 'on', '>x', word], given);
      expect([codes, added]).toEqual([['VB209'], []]);
    });
    it.each([
      ['--bind', '127.0.0.1'],
      ['--protected-mode', 'yes'],
    ])('only warns where nobody else gets in: %s %s', (...args) => {
      expect(outcome(args, given, '')).toMatchObject({ codes: ['VB209'], exitCode: null });
    });
    it.each(['off >x', 'on >x off', 'on nopass off >x'])(
      'says that nobody gets in where the user is off: %s',
      (rules) => {
        const { codes, added } = outcome(['--user', 'default', ...rules.split(' ')], given);
        expect([codes, added]).toEqual([['VB209'], []]);
        expect(outcome([], given, `user default ${rules}\n`)).toMatchObject({ codes: ['VB209'], added: [] });
      },
    );
    it('leaves an ACL file that cannot be read to the server', () => {
      expect(outcome(['--aclfile', '/none'], given)).toMatchObject({ codes: ['VB209'], exitCode: null });
    });
  });

  describe('a server without a password is open', () => {
    it.each<[string[], boolean]>([
      [['--bind', '127.0.0.1'], false],
      [['--bind', '127.0.0.1', '0.0.0.0'], true],
      [['--bind', '127.0.0.1 0.0.0.0'], true],
      [['--bind', '127.0.0.1', '::1'], false],
      [['--bind', '127.0.0.1', '-::1'], false],
      [['--bind', '-127.0.0.1', '-10.0.0.1'], true],
      [['--bind', '127.8.9.10'], false],
      [['--bind', '128.0.0.1'], true],
      [['--bind', '0:0:0:0:0:0:0:1'], false],
      [['--bind', '::11'], true],
      [['--bind', '::'], true],
      [['--bind', '-::*'], true],
      [['--bind', ''], false],
      [['--bind', 'localhost'], false],
      [['--port', '0'], false],
      [['--port', '0', '--tls-port', '6379'], true],
      [['--protected-mode', 'no'], true],
      [['--protected-mode', 'yes'], false],
    ])('%j: %s', (args, isOpen) => {
      expect(outcome(args).codes).toEqual(isOpen ? ['VB510'] : []);
    });
  });

  describe('a sentinel', () => {
    it.each(['VALKEY_PASSWORD', 'VALKEY_PASSWORD_FILE'])('says that it does not use %s', (name) => {
      expect(outcome(['--sentinel', '--requirepass', 'own'], { [name]: '/x' })).toMatchObject({
        codes: ['VB214'],
        exitCode: null,
      });
    });
    it('is warned of unless its configuration sets a password, or turns protected mode on, or binds it to loopback', () => {
      for (const open of [[], ['--protected-mode', 'no']])
        expect(outcome(['--sentinel', ...open]).codes).toEqual(['VB510']);
      for (const closed of [
        ['--requirepass', 'x'],
        ['--protected-mode', 'yes'],
      ])
        expect(outcome(['--sentinel', ...closed]).codes).toEqual([]);
      expect(outcome(['--sentinel', '--bind', '127.0.0.1']).codes).not.toContain('VB510');
    });
  });
});
