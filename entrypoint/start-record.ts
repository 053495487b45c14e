import { asBytes, type Bytes, bytesOf, textOf } from './bytes.ts';
import { nodesFileOf } from './cluster/nodes-file.ts';
import type { Settings } from './modules/settings.ts';
import { type Reach, reachServer } from './reach.ts';

/*
 * What a start leaves in its own directory for those who ask the server later: health, its probe (probe.pl reads the same lines) and the
 * cluster tool. A running server is asked as it was started, whatever has become of its configuration since. The file has the password,
 * so only the server's user reads it, and nobody prints it.
 */

export interface StartRecord extends Reach {
  /** What logs the user default in; null where the server asks for nothing, or for what is not known. */
  readonly password: Bytes | null;
  /** nodes.conf as an absolute path; null without cluster mode. */
  readonly nodesFile: string | null;
}

/** The record of a server with these settings, which `password` lets in; `usualPort`: where it listens unless they say so. */
export function recordOf(
  { settings, dataDirectory }: { readonly settings: Settings; readonly dataDirectory: string },
  addressesHere: () => readonly string[],
  password: Bytes | null,
  usualPort?: number,
): StartRecord {
  return {
    ...reachServer(settings, dataDirectory, addressesHere, usualPort),
    password,
    nodesFile: nodesFileOf(settings, dataDirectory),
  };
}

/** A server that nobody left a record of: it is asked at the usual port, with the password of the environment. */
export function usualServer(password: string): StartRecord {
  const reach = reachServer(new Map(), '/', () => []);
  return { ...reach, password: password === '' ? null : bytesOf(password), nodesFile: null };
}

/** A line for each thing that is known: its name, and its value with every byte but plain ASCII as %XX. */
export function writeRecord({ address, port, tlsPort, socket, tls, password, nodesFile }: StartRecord): Bytes {
  const values: Readonly<Record<string, string | null>> = {
    address,
    port: String(port),
    'tls-port': String(tlsPort),
    unixsocket: socket,
    'tls-ca-cert-file': tls.caFile,
    'tls-ca-cert-dir': tls.caDirectory,
    'tls-client-cert-file': tls.certFile,
    'tls-client-key-file': tls.keyFile,
    'nodes-file': nodesFile,
  };
  const line = (name: string, value: Bytes): string => `${name} ${value.replace(/[^!-$&-~]/g, percent)}\n`;
  const lines = Object.entries(values).map(([name, value]) => (value === null ? '' : line(name, bytesOf(value))));
  return asBytes([...lines, password === null ? '' : line('requirepass', password)].join(''));
}

/** What writeRecord() wrote; null where it is none. */
export function readRecord(text: Bytes): StartRecord | null {
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value = ''] = /^(\S+) (\S*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, asBytes(value.replace(/%([0-9A-F]{2})/g, byteOf))] as const];
    }),
  );
  const textAt = (name: string): string | null => {
    const value = values.get(name);
    return value === undefined ? null : textOf(value);
  };
  const address = textAt('address');
  if (address === null) return null;
  return {
    address,
    port: Number(textAt('port')),
    tlsPort: Number(textAt('tls-port')),
    socket: textAt('unixsocket'),
    tls: {
      caFile: textAt('tls-ca-cert-file'),
      caDirectory: textAt('tls-ca-cert-dir'),
      certFile: textAt('tls-client-cert-file'),
      keyFile: textAt('tls-client-key-file'),
    },
    password: values.get('requirepass') ?? null,
    nodesFile: textAt('nodes-file'),
  };
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function byteOf(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
