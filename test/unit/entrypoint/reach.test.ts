import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../entrypoint/conf/configuration.ts';
import { reachServer } from '../../../entrypoint/server/reach.ts';
import { directives } from '../../support/conf-lines.ts';

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
