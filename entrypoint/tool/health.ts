import { nodesFileOf } from '../cluster/nodes-file.ts';
import { grammarOf } from '../conf/grammar.ts';
import { refuse } from '../diagnostics.ts';
import { readConfiguration } from '../inputs.ts';
import { readBundle } from '../modules/bundle.ts';
import { withoutLineEnd } from '../passwords.ts';
import { argumentsOfStart, isSentinel, reachServer, settingOf } from '../reach.ts';
import { describeJoined, requireClusterOk } from './health-cluster.ts';
import { type ToolContext, takesNo } from './run.ts';

const USAGE = 'health [--alive|--joined|--cluster-ok]';

/** An error that is about the asker, not the server, counts as an answer; MISCONF is about what it can write. */
const serves = /\b(PONG|NOAUTH|WRONGPASS|NOPERM|MISCONF)\b/;

/** What each option asks for. */
const levels = {
  /** It serves commands. */
  healthy: /\b(PONG|NOAUTH|WRONGPASS|NOPERM)\b/,
  /** It says anything at all: it may be loading its data, run a long script, or be unable to write. For liveness. */
  alive: /\b(PONG|NOAUTH|WRONGPASS|NOPERM|LOADING|BUSY|MASTERDOWN|MISCONF)\b/,
  /** It serves commands and, in cluster mode, knows other nodes. The cluster's state is told and does not matter. For readiness. */
  joined: serves,
  /** It serves commands, and says that its cluster is ok. For people: as a probe, one lost node would take all others out of service. */
  'cluster-ok': serves,
} as const;

/**
 * `valkey-bundle health [--alive|--joined|--cluster-ok]`: asks the server with valkey-cli, on the port, socket, password and TLS files that
 * the command line and the configuration of the last start name. A password that was set later does not make it unhealthy.
 */
export function health({ host, args, env }: ToolContext): number {
  const level = levelOf(args[0]);
  takesNo(level === 'healthy' ? args : args.slice(1), USAGE);
  const grammar = grammarOf(readBundle(host).bundle.valkey);
  const { settings, dataDirectory } = readConfiguration(host, argumentsOfStart(host.lastStart()), {}, grammar);
  // VALKEY_PASSWORD says nothing to a sentinel.
  const given = isSentinel(settings) ? '' : withoutLineEnd(env['VALKEY_PASSWORD'] ?? '');
  const password = settingOf(settings, 'requirepass') ?? given;
  const auth = password === '' ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const ask = (...command: string[]): string =>
    host.run('valkey-cli', [...reachServer(settings, host.network().addresses), '-t', '3', ...command], {
      ...env,
      ...auth,
    });
  const answer = ask('ping');
  if (!levels[level].test(answer)) throw refuse('VB602', `valkey-cli ping: ${answer.trim() || 'no answer'}`);
  let said: string = level;
  if (level === 'alive' && /\bLOADING\b/.test(answer)) said = 'alive (loading)';
  if (level === 'joined' && !isSentinel(settings))
    said = describeJoined(host, ask('cluster', 'info'), nodesFileOf(settings, dataDirectory));
  if (level === 'cluster-ok') requireClusterOk(ask('cluster', 'info'));
  host.print('stdout', `${said}\n`);
  return 0;
}

function levelOf(option: string | undefined): keyof typeof levels {
  switch (option) {
    case '--alive':
      return 'alive';
    case '--joined':
      return 'joined';
    case '--cluster-ok':
      return 'cluster-ok';
    default:
      return 'healthy';
  }
}
