import { asBytes, textOf } from '../bytes.ts';
import { refuse } from '../diagnostics.ts';
import { readConfiguration } from '../inputs.ts';
import type { Settings } from '../modules/settings.ts';
import { type ToolContext, takesNo } from './run.ts';

/**
 * `valkey-bundle health`: asks the server that runs as PID 1 with valkey-cli, on the port, socket, password and TLS files that its own
 * command line and configuration name. PONG is healthy; so is a server that asks for a password which nobody gave us.
 */
export function health({ host, args, env }: ToolContext): number {
  takesNo(args, 'health');
  const serverArgs = host.commandLineOf(1);
  if (serverArgs === null) throw refuse('VB602', 'process 1 cannot be looked at');
  const settings = readConfiguration(host, serverArgs.slice(1), {}).settings;
  const password = valueOf(settings, 'requirepass') ?? env['VALKEY_PASSWORD'];
  const auth = password === undefined || password === '' ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const answer = host.run('valkey-cli', [...connection(settings), '-t', '3', 'ping'], { ...env, ...auth });
  if (/PONG|NOAUTH|WRONGPASS|NOPERM/.test(answer)) {
    host.print('stdout', 'healthy\n');
    return 0;
  }
  throw refuse('VB602', `valkey-cli ping: ${answer.trim() || 'no answer'}`);
}

/** How valkey-cli reaches a server with these settings. */
export function connection(settings: Settings): string[] {
  const port = valueOf(settings, 'port') ?? '6379';
  const tlsPort = valueOf(settings, 'tls-port') ?? '0';
  const socket = valueOf(settings, 'unixsocket');
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
    const value = valueOf(settings, name) ?? valueOf(settings, name.replace('-client', ''));
    return value === undefined || value === '' ? [] : [option, value];
  });
  // The name in the certificate is that of the service, not of loopback.
  return [...given, '--insecure'];
}

function valueOf(settings: Settings, name: string): string | undefined {
  const setting = settings.get(name);
  return setting === undefined ? undefined : textOf(asBytes(setting.args[0] ?? ''));
}
