import { describe, expect, it } from 'vitest';
import { bundle } from '../../support/fake-image.ts';
import { start } from '../../support/fake-start.ts';

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
    expect(outcome(args, given, acl)).toMatchObject(isOpen ? refused : { codes: ['VB209'], exitCode: null, added: [] });
  });
  it.each([[[]], [['--user', 'bob', 'on', '>own']]])('uses it where no rule for default stands: %j', (args) => {
    const added = ['requirepass x', 'primaryauth x'];
    expect(outcome(args, given)).toEqual({ codes: [], exitCode: null, added });
  });
  it.each([['>x'], [`#${HASH}`], ['>own', '>x']])('offers it to the primary where a rule takes it: %j', (...words) => {
    const { codes, added } = outcome(['--user', 'default', 'on', ...words], given);
    expect([codes, added]).toEqual([[], ['primaryauth x']]);
  });
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
