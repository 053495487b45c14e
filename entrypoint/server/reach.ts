import { isSetTo, type Settings, settingText } from '../conf/configuration.ts';
import type { TlsFiles } from '../host/host.ts';
import { asBytes, type Bytes, bytesOf, textOf } from '../text/bytes.ts';
import { absolute } from '../text/place.ts';

/** How a server is reached from its own machine. */
interface Reach {
  /** An address of this machine, or a host name that the server is bound to and that may lead to one. */
  readonly address: string;
  /** 0 where it has none. */
  readonly port: number;
  readonly tlsPort: number;
  /** Its Unix socket, as an absolute path; null if it has none. */
  readonly socket: string | null;
  readonly tls: Omit<TlsFiles, 'verifies'>;
}

/**
 * How a server with these settings is reached. `addressesHere`: the machine's addresses but for loopback. The server
 * listens and loads its certificates after `dir` has moved it (initListeners in server.c), so relative names count from
 * the data directory.
 */
export function reachServer(
  settings: Settings,
  dataDirectory: string,
  addressesHere: () => readonly string[],
  usualPort = 6379,
): Reach {
  const socket = settingText(settings, 'unixsocket') ?? '';
  const address = listeningAddress(settings, addressesHere);
  // Bound to no address (`bind ""`, or to optional ones that are not its own), it runs where it has a socket.
  const hasPorts = address !== null || socket === '';
  return {
    address: address ?? '127.0.0.1',
    port: hasPorts ? Number(settingText(settings, 'port') ?? usualPort) : 0,
    tlsPort: hasPorts ? Number(settingText(settings, 'tls-port') ?? 0) : 0,
    socket: socket === '' ? null : absolute(socket, dataDirectory),
    tls: tlsFilesOf(settings, dataDirectory),
  };
}

/**
 * An address that the server listens at; null where none is known. The password is sent there, so an address of another
 * machine never counts. IPv4 goes first: listenToPort() in server.c passes over IPv6 where the machine has none, and a
 * server that runs is bound to every IPv4 address of its own.
 */
function listeningAddress(settings: Settings, addressesHere: () => readonly string[]): string | null {
  const bind = settings.get('bind');
  if (bind === undefined) return '127.0.0.1';
  let known: ReadonlySet<string> | null = null;
  const isHere = (address: string): boolean => {
    known ??= new Set(addressesHere().map(canonical));
    return known.has(address);
  };
  const words = bind.args.flatMap((word) => textOf(word).split(' '));
  const usable = words.flatMap((word) => {
    const name = word.replace(/^-/, '');
    if (name === '*' || name === '0.0.0.0') return ['127.0.0.1'];
    if (name === '::*' || canonical(name) === '::') return ['::1'];
    if (/^127\./.test(name) || canonical(name) === '::1' || isHere(canonical(name))) return [name];
    // A host name: the server does not start where it is bound to one that is not its own, unless that is optional.
    return name === word && /[a-z]/i.test(name) && !name.includes(':') ? [name] : [];
  });
  return usable.find((name) => !name.includes(':')) ?? usable[0] ?? null;
}

/** An IPv6 address in its shortest form, without the interface; anything else as it is. */
export function canonical(address: string): string {
  const [bare = ''] = address.split('%');
  const url = bare.includes(':') ? `http://[${bare}]/` : '';
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
}

function tlsFilesOf(settings: Settings, dataDirectory: string): Reach['tls'] {
  const named = (name: string): string | null => {
    const path = settingText(settings, name) ?? '';
    return path === '' ? null : absolute(path, dataDirectory);
  };
  const client = named('tls-client-cert-file');
  return {
    caFile: named('tls-ca-cert-file'),
    caDirectory: named('tls-ca-cert-dir'),
    // The server takes both from the client's directives, or both from the others (tls.c, tlsConfigure).
    certFile: client ?? named('tls-cert-file'),
    keyFile: client === null ? named('tls-key-file') : named('tls-client-key-file'),
  };
}

/** How TLS is spoken, as options of valkey-cli. */
export function tlsWords(tls: TlsFiles | null): string[] {
  if (tls === null) return [];
  const files = [
    ['--cacert', tls.caFile],
    ['--cacertdir', tls.caDirectory],
    ['--cert', tls.certFile],
    ['--key', tls.keyFile],
  ] as const;
  const given = files.flatMap(([option, file]) => (file === null ? [] : [option, file]));
  return ['--tls', ...given, ...(tls.verifies ? [] : ['--insecure'])];
}

/**
 * A server without a password serves other machines: protected mode is off, and it listens on more than loopback.
 * `isProtected`: protected mode is on unless it is set.
 */
export function isExposed(settings: Settings, isProtected: boolean): boolean {
  const isUnprotected = settings.has('protected-mode') ? isSetTo(settings, 'protected-mode', 'no') : !isProtected;
  return isUnprotected && listens(settings) && boundTo(settings).some((address) => !LOOPBACK.test(address));
}

/** True if the server listens on loopback and nowhere else. */
export function isOnLoopbackAlone(settings: Settings): boolean {
  const addresses = boundTo(settings);
  return listens(settings) && addresses.length > 0 && addresses.every((address) => LOOPBACK.test(address));
}

function listens(settings: Settings): boolean {
  const ports = [settingText(settings, 'port') ?? '6379', settingText(settings, 'tls-port') ?? '0'];
  return ports.some((port) => Number(port) !== 0);
}

/**
 * All addresses; a single word is split at blanks as the server does (MULTI_ARG_CONFIG in config.c), and an empty one
 * means none.
 */
function boundTo(settings: Settings): string[] {
  const words = settings.get('bind')?.args.flatMap((word) => textOf(word).split(' ')) ?? ['*'];
  // A `-` says that the address may be missing (listenToPort in server.c).
  return words.filter((word) => word !== '').map((word) => word.replace(/^-/, ''));
}

/** 127.0.0.0/8 and ::1, however they are written. */
const LOOPBACK = /^(localhost|127(\.\d+){1,3}|[0:]*:0*1|[0:]*:ffff:127(\.\d+){3})$/i;

/*
 * The record that a start leaves in its own directory for those who ask the server later: health, its probe (probe.pl
 * reads the same lines) and the cluster tool. A running server is asked as it was started, whatever has become of its
 * configuration since. The file has the password, so only the server's user reads it, and nobody prints it.
 */

export interface StartRecord extends Reach {
  /** The password that logs the user default in; null if the server asks for none, or it is not known. */
  readonly password: Bytes | null;
  /** nodes.conf as an absolute path; null without cluster mode. */
  readonly nodesFile: string | null;
  /** The load lines that the start wanted, path first, in the quoting of valkey.conf. */
  readonly loads: readonly Bytes[];
}

/**
 * The record of a server with these settings, which `password` lets in; `loads`: the load lines that it is to have;
 * `usualPort`: its port if the settings have none.
 */
export function recordOf(
  { settings, dataDirectory }: { readonly settings: Settings; readonly dataDirectory: string },
  addressesHere: () => readonly string[],
  password: Bytes | null,
  { loads = [], usualPort }: { readonly loads?: readonly Bytes[]; readonly usualPort?: number } = {},
): StartRecord {
  return {
    ...reachServer(settings, dataDirectory, addressesHere, usualPort),
    password,
    nodesFile: nodesFileOf(settings, dataDirectory),
    loads,
  };
}

/** A server without a record: it is asked at the usual port, with the password of the environment. */
export function usualServer(password: string): StartRecord {
  const reach = reachServer(new Map(), '/', () => []);
  return { ...reach, password: password === '' ? null : bytesOf(password), nodesFile: null, loads: [] };
}

/** A line for each thing that is known: its name, and its value with every byte but plain ASCII as %XX. */
export function writeRecord({ address, port, tlsPort, socket, tls, password, nodesFile, loads }: StartRecord): Bytes {
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
  const line = (name: string, value: Bytes): string => `${name} ${value.replace(/[^!-$&-~]/g, toPercent)}\n`;
  const lines = Object.entries(values).map(([name, value]) => (value === null ? '' : line(name, bytesOf(value))));
  const secret = password === null ? '' : line('requirepass', password);
  return asBytes([...lines, ...loads.map((load) => line('loadmodule', load)), secret].join(''));
}

/** The record that writeRecord() wrote; null if the text is not one. */
export function readRecord(text: Bytes): StartRecord | null {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value = ''] = /^(\S+) (\S*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, asBytes(value.replace(/%([0-9A-F]{2})/g, fromPercent))] as const];
  });
  const values = new Map(lines);
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
    loads: lines.flatMap(([name, value]) => (name === 'loadmodule' ? [value] : [])),
  };
}

function toPercent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function fromPercent(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/**
 * nodes.conf of a server in cluster mode, as an absolute path; null without cluster mode. The server reads and writes
 * `cluster-config-file` in the directory that it has changed to by then.
 */
function nodesFileOf(settings: Settings, dataDirectory: string): string | null {
  if (!isSetTo(settings, 'cluster-enabled', 'yes')) return null;
  return absolute(settingText(settings, 'cluster-config-file') ?? 'nodes.conf', dataDirectory);
}
