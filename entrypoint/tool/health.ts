import { grammarOf } from '../conf/grammar.ts';
import { refuse } from '../diagnostics.ts';
import { readConfiguration } from '../inputs.ts';
import { readBundle } from '../modules/bundle.ts';
import { argumentsOfStart, reachServer, settingOf } from '../reach.ts';
import { type ToolContext, takesNo } from './run.ts';

/** What each option asks for. An error that is about the asker, not the server, counts as an answer. */
const levels = {
  /** It serves commands. */
  healthy: /\b(PONG|NOAUTH|WRONGPASS|NOPERM)\b/,
  /** It says anything at all: it may be loading its data, run a long script, or be unable to write. For liveness. */
  alive: /\b(PONG|NOAUTH|WRONGPASS|NOPERM|LOADING|BUSY|MASTERDOWN|MISCONF)\b/,
  /** It serves commands and, in cluster mode, knows other nodes. What it knows of the cluster's state does not matter. For readiness. */
  joined: /\b(PONG|NOAUTH|WRONGPASS|NOPERM|MISCONF)\b/,
} as const;

/**
 * `valkey-bundle health [--alive|--joined]`: asks the server with valkey-cli, on the port, socket, password and TLS files that the
 * command line and the configuration of the last start name. A password that was set later does not make it unhealthy.
 */
export function health({ host, args, env }: ToolContext): number {
  const level = args[0] === '--alive' ? 'alive' : args[0] === '--joined' ? 'joined' : 'healthy';
  takesNo(level === 'healthy' ? args : args.slice(1), 'health [--alive|--joined]');
  const settings = readConfiguration(
    host,
    argumentsOfStart(host.lastStart()),
    {},
    grammarOf(readBundle(host).bundle.valkey),
  ).settings;
  const password = settingOf(settings, 'requirepass') ?? env['VALKEY_PASSWORD'];
  const auth = password === undefined || password === '' ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const ask = (...command: string[]): string =>
    host.run('valkey-cli', [...reachServer(settings), '-t', '3', ...command], { ...env, ...auth });
  const answer = ask('ping');
  if (!levels[level].test(answer)) throw refuse('VB602', `valkey-cli ping: ${answer.trim() || 'no answer'}`);
  if (level === 'joined' && isAlone(ask('cluster', 'info')))
    throw refuse('VB603', 'the server runs in cluster mode and knows no other node');
  host.print('stdout', `${level}\n`);
  return 0;
}

/** An answer without the number of nodes is one of a server without cluster mode, or one that does not let us ask. */
function isAlone(clusterInfo: string): boolean {
  return /^cluster_known_nodes:1\r?$/m.test(clusterInfo);
}
