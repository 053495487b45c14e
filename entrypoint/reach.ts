import { asBytes, textOf } from './bytes.ts';
import type { TlsFiles } from './host.ts';
import type { Settings } from './modules/settings.ts';
import { absolute } from './path.ts';

/** How a server is reached from its own machine. */
export interface Reach {
  /** An address of this machine, or a host name that the server is bound to and that may lead to one. */
  readonly address: string;
  /** 0 where it has none. */
  readonly port: number;
  readonly tlsPort: number;
  /** Its Unix socket, as an absolute path; null where it has none. */
  readonly socket: string | null;
  readonly tls: Omit<TlsFiles, 'verifies'>;
}

/**
 * How a server with these settings is reached. `addressesHere`: the machine's addresses but for loopback. The server listens and loads its
 * certificates after `dir` has moved it (initListeners in server.c), so relative names count from the data directory.
 */
export function reachServer(
  settings: Settings,
  dataDirectory: string,
  addressesHere: () => readonly string[],
  usualPort = 6379,
): Reach {
  const socket = settingText(settings, 'unixsocket') ?? '';
  const address = addressOf(settings, addressesHere);
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
 * An address that the server listens at; null where none is known. The password is sent there, so an address of another machine never
 * counts. IPv4 goes first: listenToPort() in server.c passes over IPv6 where the machine has none, and a server that runs is bound to every
 * IPv4 address of its own.
 */
function addressOf(settings: Settings, addressesHere: () => readonly string[]): string | null {
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

export function settingText(settings: Settings, name: string): string | undefined {
  const setting = settings.get(name);
  return setting === undefined ? undefined : textOf(asBytes(setting.args[0] ?? ''));
}
