import { asBytes, textOf } from './bytes.ts';
import type { Settings } from './modules/settings.ts';

/** The server's arguments in the record of a start; none where there is no record, which means the defaults. */
export function argumentsOfStart(record: string | null): string[] {
  const value = record === null ? null : parseRecord(record);
  const argv = typeof value === 'object' && value !== null && 'argv' in value ? value.argv : [];
  return Array.isArray(argv) ? argv.slice(1).map(String) : [];
}

function parseRecord(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return null;
  }
}

/** How valkey-cli reaches a server with these settings. */
export function reachServer(settings: Settings): string[] {
  const port = settingOf(settings, 'port') ?? '6379';
  const tlsPort = settingOf(settings, 'tls-port') ?? '0';
  const socket = settingOf(settings, 'unixsocket');
  const address = addressOf(settings);
  if (port !== '0') return ['-h', address, '-p', port];
  if (tlsPort !== '0') return ['-h', address, '-p', tlsPort, ...tlsArguments(settings)];
  return socket === undefined ? ['-h', address, '-p', port] : ['-s', socket];
}

/** The first address the server is bound to that names one interface; `*`, `::` and an optional `-` mean that loopback will do. */
function addressOf(settings: Settings): string {
  const [first] = (settings.get('bind')?.args ?? [])
    .flatMap((word) => textOf(word).split(' '))
    .map((word) => word.replace(/^-/, ''));
  return first === undefined || ['', '*', '0.0.0.0', '::', '::*'].includes(first) ? '127.0.0.1' : first;
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
