import { describe, expect, it } from 'vitest';
import { asBytes, bytesOf } from '../../../entrypoint/bytes.ts';
import { readRecord, type StartRecord, usualServer, writeRecord } from '../../../entrypoint/start-record.ts';
import { recordOfStart } from '../../support/fake-start.ts';

const everyByte = asBytes(String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte)));
const full: StartRecord = {
  address: 'fd00::5',
  port: 0,
  tlsPort: 6380,
  socket: '/data/a socket%20',
  tls: { caFile: '/c\u00e4', caDirectory: '/d', certFile: '/crt', keyFile: '/key' },
  password: everyByte,
  nodesFile: '/data/nodes.conf',
};

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
