import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../../entrypoint/conf/configuration.ts';
import {
  reachServer,
  readRecord,
  type StartRecord,
  usualServer,
  writeRecord,
} from '../../../../entrypoint/server/reach.ts';
import { asBytes, bytesOf } from '../../../../entrypoint/text/bytes.ts';
import { directives } from '../../../support/conf-lines.ts';
import { recordOfStart } from '../../../support/fake-start.ts';

function asked(bind: string): string | undefined {
  return reachServer(settingsOf(directives(`bind ${bind}`)), '/data', () => ['10.0.0.5', 'fd00::5']).address;
}

describe('where a server is asked', () => {
  it.each([
    ['-10.0.0.9 0.0.0.0', '127.0.0.1'],
    ['10.0.0.9', '127.0.0.1'],
    ['-fd00::9 ::', '::1'],
    ['-other.example *', '127.0.0.1'],
  ])('never asks another machine: bind %s', (bind, address) => {
    expect(asked(bind)).toBe(address);
  });

  it.each([
    ['*', '127.0.0.1'],
    ['* -::*', '127.0.0.1'],
    ['::', '::1'],
    ['::*', '::1'],
    ['-::*', '::1'],
    ['-::1 127.0.0.1', '127.0.0.1'],
    ['10.0.0.5', '10.0.0.5'],
    ['fd00:0:0::5', 'fd00:0:0::5'],
    ['-10.0.0.5 127.0.0.1', '10.0.0.5'],
    ['valkey.example', 'valkey.example'],
  ])('asks where the server listens: bind %s', (bind, address) => {
    expect(asked(bind)).toBe(address);
  });
});

describe('how a server is reached, whatever it is bound to', () => {
  const binds = [
    ['', '127.0.0.1'],
    ['bind * -::*', '127.0.0.1'],
    ['bind ::', '::1'],
    ['bind -::1 127.0.0.1', '127.0.0.1'],
    ['bind -10.0.0.9 10.0.0.5', '10.0.0.5'],
    ['bind localhost', 'localhost'],
  ] as const;
  const none = { caFile: null, caDirectory: null, certFile: null, keyFile: null };
  const own = { ...none, caFile: '/data/tls/ca', certFile: '/crt', keyFile: '/key' };
  const files = 'tls-ca-cert-file tls/ca\ntls-cert-file /crt\ntls-key-file /key\n';
  const ports = [
    ['', { port: 6379, tlsPort: 0, tls: none }],
    ['port 7000', { port: 7000, tlsPort: 0, tls: none }],
    [`port 0\ntls-port 6380\n${files}`, { port: 0, tlsPort: 6380, tls: own }],
    [`tls-port 6380\n${files}`, { port: 6379, tlsPort: 6380, tls: own }],
    [
      `port 0\ntls-port 6380\n${files}tls-client-cert-file client/crt\ntls-client-key-file client/key`,
      { port: 0, tlsPort: 6380, tls: { ...own, certFile: '/data/client/crt', keyFile: '/data/client/key' } },
    ],
  ] as const;
  const sockets = [
    ['', null],
    ['unixsocket v.sock', '/data/v.sock'],
    ['unixsocket /run/v.sock', '/run/v.sock'],
  ] as const;
  const product = binds.flatMap(([bind, address]) =>
    ports.flatMap(([port, reach]) =>
      sockets.map(([unix, socket]) => ({ text: `${bind}\n${port}\n${unix}`, expected: { ...reach, address, socket } })),
    ),
  );
  it.each(product)('$text', ({ text, expected }) => {
    expect(reachServer(settingsOf(directives(text)), '/data', () => ['10.0.0.5'])).toEqual(expected);
  });
  it.each(['bind ""', 'bind -10.0.0.9'])('by its socket alone where no address is its own: %s', (bind) => {
    for (const port of ['port 7000', 'port 0\ntls-port 6380'])
      expect(
        reachServer(settingsOf(directives(`${bind}\n${port}\nunixsocket v.sock`)), '/data', () => ['10.0.0.5']),
      ).toMatchObject({ port: 0, tlsPort: 0, socket: '/data/v.sock' });
  });
  it('asks for the machine’s addresses only where one has to be told from another machine’s', () => {
    const refuse = () => {
      throw new Error('asked');
    };
    for (const bind of ['', 'bind * -::*', 'bind ::', 'bind 127.0.0.1 ::1'])
      expect(() => reachServer(settingsOf(directives(bind)), '/data', refuse)).not.toThrow();
    expect(() => reachServer(settingsOf(directives('bind 10.0.0.9')), '/data', refuse)).toThrow('asked');
  });
});

describe('the record of a start', () => {
  const everyByte = asBytes(String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)));
  const full: StartRecord = {
    loads: [asBytes('/m.so --flag "a b"'), asBytes('/n.so')],
    address: 'fd00::5',
    port: 0,
    tlsPort: 6380,
    socket: '/data/a socket%20',
    tls: { caFile: '/c\u00e4', caDirectory: '/d', certFile: '/crt', keyFile: '/key' },
    password: everyByte,
    nodesFile: '/data/nodes.conf',
  };

  /** SHA-256 of `x`. */
  const HASH = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';

  describe('the record of a start', () => {
    it.each([full, usualServer(''), usualServer('p%41 \u00fc')])('is read as it was written', (record) => {
      expect(readRecord(writeRecord(record))).toEqual(record);
    });
    it('has one printable line for each thing, whatever bytes it has', () => {
      expect(writeRecord(full)).toMatch(/^([a-z-]+ [!-~]*\n)+$/);
    });
    it.each(['', '{"argv":[]}', 'port 6379\n', 'address\n'])('is none: %j', (text) => {
      expect(readRecord(bytesOf(text))).toBeNull();
    });
  });

  describe('a start leaves', () => {
    const left = (args: readonly string[], image: Parameters<typeof recordOfStart>[1] = {}, env = {}) =>
      readRecord(asBytes(recordOfStart(args, image, env)));

    it('where its server listens, by a path that no directory changes', () => {
      expect(left(['--port', '0', '--unixsocket', 'v.sock', '--cluster-enabled', 'yes'])).toMatchObject({
        port: 0,
        socket: '/data/v.sock',
        nodesFile: '/data/nodes.conf',
      });
    });
    it.each<[string, readonly string[], Readonly<Record<string, string>>, string | null]>([
      ['of the variable', [], { VALKEY_PASSWORD: 'x\n' }, 'x'],
      ['of the configuration, which wins', ['--requirepass', 'y'], { VALKEY_PASSWORD: 'x' }, 'y'],
      ['of nobody', [], {}, null],
      ['of nobody where it is empty', ['--requirepass', ''], {}, null],
    ])('the password %s', (_, args, env, password) => {
      expect(left(args, {}, env)?.password).toBe(password);
    });
    it.each<[string, string, readonly string[], Readonly<Record<string, string>>, string | null]>([
      ['with that of the variable', 'user default on >x >y', [], { VALKEY_PASSWORD: 'y' }, 'y'],
      ['with its own one', 'user default on >x', ['--requirepass', 'y'], { VALKEY_PASSWORD: 'z' }, 'x'],
      [
        'with that of the variable, which it has as a hash',
        `user default on #${HASH}`,
        [],
        { VALKEY_PASSWORD: 'x' },
        'x',
      ],
      ['without one', 'user default on nopass', ['--requirepass', 'y'], {}, null],
      ['in no way that is known', `user default on #${HASH}`, ['--requirepass', 'y'], {}, null],
      ['in no way, since it is off', 'user default off >x', [], { VALKEY_PASSWORD: 'x' }, null],
      ['without one, since no rule names it', 'user bob on >x', ['--requirepass', 'y'], {}, null],
    ])('what lets the user default in: %s', (_, rule, args, env, password) => {
      const files = { '/acl': `${rule}\n` };
      expect(left(['--aclfile', '/acl', ...args], { files }, env)?.password).toBe(password);
      const [, name = '', ...rules] = rule.split(' ');
      if (name === 'default') expect(left([...args, '--user', name, ...rules], {}, env)?.password).toBe(password);
    });
    it('the password of a sentinel that asks for one', () => {
      expect(left(['--sentinel', '--requirepass', 'y'])?.password).toBe('y');
    });
    it.each<[readonly string[], number]>([
      [['/s.conf', '--sentinel'], 26379],
      [['valkey-sentinel', '/s.conf'], 26379],
      [['/s.conf', '--port', '5000', '--sentinel'], 5000],
    ])('the port of a sentinel, and no password: %j', (args, port) => {
      const files = { '/s.conf': 'sentinel monitor m 127.0.0.1 6379 1\n' };
      expect(left(args, { files }, { VALKEY_PASSWORD: 'unused' })).toMatchObject({
        port,
        password: null,
        nodesFile: null,
      });
    });
  });
});
