import { asBytes, textOf } from '../bytes.ts';
import { grammarOf } from '../conf/grammar.ts';
import { refuse } from '../diagnostics.ts';
import { readConfiguration } from '../inputs.ts';
import { readBundle } from '../modules/bundle.ts';
import type { Settings } from '../modules/settings.ts';
import { type ToolContext, takesNo } from './run.ts';

/**
 * `valkey-bundle health`: asks the server with valkey-cli, on the port, socket, password and TLS files that the command line and the
 * configuration of the last start name. PONG is healthy; so is a server that asks for a password which was set later.
 */
export function health({ host, args, env }: ToolContext): number {
  takesNo(args, 'health');
  const settings = readConfiguration(
    host,
    argumentsOf(host.lastStart()),
    {},
    grammarOf(readBundle(host).bundle.valkey),
  ).settings;
  const password = settingOf(settings, 'requirepass') ?? env['VALKEY_PASSWORD'];
  const auth = password === undefined || password === '' ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const answer = host.run('valkey-cli', [...connection(settings), '-t', '3', 'ping'], { ...env, ...auth });
  if (/PONG|NOAUTH|WRONGPASS|NOPERM/.test(answer)) {
    host.print('stdout', 'healthy\n');
    return 0;
  }
  throw refuse('VB602', `valkey-cli ping: ${answer.trim() || 'no answer'}`);
}

/** The server's arguments in the record of a start; none where there is no record, which means the defaults. */
function argumentsOf(record: string | null): string[] {
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
function connection(settings: Settings): string[] {
  const port = settingOf(settings, 'port') ?? '6379';
  const tlsPort = settingOf(settings, 'tls-port') ?? '0';
  const socket = settingOf(settings, 'unixsocket');
  const address = addressOf(settings);
  if (port !== '0') return ['-h', address, '-p', port];
  if (tlsPort !== '0') return ['-h', address, '-p', tlsPort, '--tls', ...tlsFiles(settings)];
  return socket === undefined ? ['-h', address, '-p', port] : ['-s', socket];
}

/** The first address the server is bound to that names one interface; `*`, `::` and an optional `-` mean that loopback will do. */
function addressOf(settings: Settings): string {
  const [first] = (settings.get('bind')?.args ?? [])
    .flatMap((word) => textOf(word).split(' '))
    .map((word) => word.replace(/^-/, ''));
  return first === undefined || ['', '*', '0.0.0.0', '::', '::*'].includes(first) ? '127.0.0.1' : first;
}

function tlsFiles(settings: Settings): string[] {
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
  return [...given, '--insecure'];
}

function settingOf(settings: Settings, name: string): string | undefined {
  const setting = settings.get(name);
  return setting === undefined ? undefined : textOf(asBytes(setting.args[0] ?? ''));
}
