import type { Environment } from '../conf/environment.ts';
import {
  type Diagnostic,
  diagnose,
  exitCodeOf,
  Refusal,
  refuse,
  showDiagnostic,
  styleFor,
} from '../diagnostics/diagnostic.ts';
import type { Host, Waiting } from '../host/host.ts';
import { messageOf } from '../text/bytes.ts';
import { nearest } from '../text/names.ts';
import { explain, listModules, showVersion } from './about.ts';
import { backup } from './cluster/backup.ts';
import { check } from './cluster/check.ts';
import { ensure } from './cluster/ensure.ts';
import { restore } from './cluster/restore.ts';
import { verifyCoordinator } from './cluster/verify-coordinator.ts';
import { doctor } from './doctor.ts';
import { health } from './health.ts';
import type { Build, ToolContext } from './options.ts';
import { overview, pageAskedFor, pageOf, showPage } from './pages.ts';
import { showPlan } from './plan.ts';
import { resolveNames } from './resolve-names.ts';

type ToolCommand = (context: ToolContext) => number | Promise<number>;

/** Each has a page of its own in pages.ts. */
const commands: Readonly<Record<string, ToolCommand>> = {
  plan: showPlan,
  modules: listModules,
  doctor,
  explain,
  health,
  cluster,
  resolve: resolveNames,
  version: showVersion,
};

/**
 * The valkey-bundle tool: results on standard output, diagnostics on standard error. Ends the process, at once or when
 * it has waited.
 */
export function runTool(host: Host, build: Build, args: readonly string[], env: Environment): Promise<never> {
  const tell = (diagnostic: Diagnostic): void => {
    host.print('stderr', showDiagnostic(diagnostic, styleFor(host.isTerminal.stderr, env['NO_COLOR'])));
  };
  const fail = (error: unknown): never => {
    const message = messageOf(error);
    const diagnostic = error instanceof Refusal ? error.diagnostic : diagnose('VB901', message);
    tell(diagnostic);
    return host.exit(exitCodeOf(diagnostic));
  };
  try {
    const [name = 'help', ...rest] = args;
    const page = pageAskedFor(args) ?? (name === 'help' ? pageOf(rest.join(' ')) : null);
    if (page !== null || ['help', '--help', '-h'].includes(name)) {
      host.print('stdout', page === null ? overview() : showPage(page));
      return host.exit(0);
    }
    const known = name === '--version' ? 'version' : name;
    const command = Object.hasOwn(commands, known) ? commands[known] : undefined;
    if (command === undefined) throw unknownCommand(name);
    const result = command({ host, build, args: rest, env, tell });
    return typeof result === 'number' ? host.exit(result) : result.catch(fail).then((code) => host.exit(code));
  } catch (error) {
    return fail(error);
  }
}

function unknownCommand(name: string): Refusal {
  const near = nearest(name, Object.keys(commands));
  return refuse('VB601', `there is no command "${name}"`, near === null ? {} : { hint: `Did you mean ${near}?` });
}

const clusterCommands: Readonly<Record<string, (context: ToolContext, waiting: Waiting) => Promise<number>>> = {
  ensure,
  check,
  'verify-coordinator': verifyCoordinator,
  backup,
  restore,
};

/**
 * `valkey-bundle cluster <command>`. Stopped by a signal, it ends with 128 and the signal's number, after having
 * cleaned up.
 */
async function cluster(context: ToolContext): Promise<number> {
  const [name = '', ...args] = context.args;
  const command = Object.hasOwn(clusterCommands, name) ? clusterCommands[name] : undefined;
  if (command === undefined) {
    const near = nearest(name, Object.keys(clusterCommands));
    const hint =
      near === null ? `The commands are ${Object.keys(clusterCommands).join(', ')}.` : `Did you mean cluster ${near}?`;
    throw refuse('VB601', name === '' ? 'cluster needs a command' : `there is no command "cluster ${name}"`, { hint });
  }
  const waiting = context.host.waiting();
  try {
    return await command({ ...context, args }, waiting);
  } catch (error) {
    if (!waiting.stopped.aborted) throw error;
    const reason = String(waiting.stopped.reason);
    context.host.print('stderr', `valkey-bundle: ${reason}\n`);
    return reason.includes('SIGINT') ? 130 : 143;
  }
}
