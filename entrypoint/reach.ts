import { asBytes, textOf } from './bytes.ts';
import { isSentinelName } from './invocation.ts';
import type { Settings } from './modules/settings.ts';

/** The server's arguments in the record of a start; none where there is no record, which means the defaults. */
export function argumentsOfStart(record: string | null): string[] {
  const value = record === null ? null : parseRecord(record);
  const argv = typeof value === 'object' && value !== null && 'argv' in value ? value.argv : [];
  if (!Array.isArray(argv)) return [];
  const [name = '', ...args] = argv.map(String);
  // What its name says, an option says as well.
  return isSentinelName(name) ? [...args, '--sentinel'] : args;
}

function parseRecord(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return null;
  }
}

/** How valkey-cli, on the server's own machine, reaches a server with these settings. `own`: the machine's addresses but for loopback. */
export function reachServer(settings: Settings, own: readonly string[]): string[] {
  const port = settingOf(settings, 'port') ?? (isSentinel(settings) ? '26379' : '6379');
  const tlsPort = settingOf(settings, 'tls-port') ?? '0';
  const socket = settingOf(settings, 'unixsocket');
  const address = addressOf(settings, own);
  if (port !== '0') return ['-h', address, '-p', port];
  if (tlsPort !== '0') return ['-h', address, '-p', tlsPort, ...tlsArguments(settings)];
  return socket === undefined ? ['-h', address, '-p', port] : ['-s', socket];
}

/** Any other server ends over such a directive (config.c, loadServerConfigFromString), and a sentinel writes one itself. */
export function isSentinel(settings: Settings): boolean {
  return settings.has('sentinel');
}

/**
 * An address that the server listens at. The password is sent there, so an address of another machine never counts. IPv4 goes first:
 * listenToPort() in server.c passes over IPv6 where the machine has none, and a server that runs is bound to every IPv4 address of its own.
 */
function addressOf(settings: Settings, own: readonly string[]): string {
  const known = new Set(own.map(canonical));
  const words = (settings.get('bind')?.args ?? []).flatMap((word) => textOf(word).split(' '));
  const usable = words.flatMap((word) => {
    const name = word.replace(/^-/, '');
    if (name === '*' || name === '0.0.0.0') return ['127.0.0.1'];
    if (name === '::*' || canonical(name) === '::') return ['::1'];
    if (/^127\./.test(name) || canonical(name) === '::1' || known.has(canonical(name))) return [name];
    // A host name: the server does not start where it is bound to one that is not its own, unless that is optional.
    return name === word && /[a-z]/i.test(name) && !name.includes(':') ? [name] : [];
  });
  return usable.find((name) => !name.includes(':')) ?? usable[0] ?? '127.0.0.1';
}

/** An IPv6 address in its shortest form, without the interface; anything else as it is. */
function canonical(address: string): string {
  const [bare = ''] = address.split('%');
  const url = bare.includes(':') ? `http://[${bare}]/` : '';
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
}

/** How valkey-cli speaks TLS with a server of these settings. */
export function tlsArguments(settings: Settings): string[] {
  const files = [
    ['--cacert', 'tls-ca-cert-file'],
    ['--cacertdir', 'tls-ca-cert-dir'],
    ['--cert', 'tls-client-cert-file'],
    ['--key', 'tls-client-key-file'],
  ] as const;
  const given = files.flatMap(([option, name]) => {
    const value = settingOf(settings, name) ?? settingOf(settings, name.replace('-client', ''));
    return value === undefined || value === '' ? [] : [option, value];
  });
  // The name in the certificate is that of the service, not of loopback.
  return ['--tls', ...given, '--insecure'];
}

export function settingOf(settings: Settings, name: string): string | undefined {
  const setting = settings.get(name);
  return setting === undefined ? undefined : textOf(asBytes(setting.args[0] ?? ''));
}
