import { type Diagnostic, diagnose, exitCodeOf, Refusal, refuse } from '../diagnostics.ts';
import type { Environment } from '../environment.ts';
import type { Host } from '../host.ts';
import { showDiagnostic, styleFor } from '../log.ts';
import { nearest } from '../modules/naming.ts';
import { cluster } from './cluster/run.ts';
import type { Build, ToolContext } from './context.ts';
import { doctor } from './doctor.ts';
import { explainCode } from './explain-code.ts';
import { health } from './health.ts';
import { listModules } from './list-modules.ts';
import { overview, pageAskedFor, pageOf, showPage } from './pages.ts';
import { resolveNames } from './resolve-names.ts';
import { showPlan } from './show-plan.ts';
import { showVersion } from './show-version.ts';

type Command = (context: ToolContext) => number | Promise<number>;

/** Each has a page of its own in pages.ts. */
const commands: Readonly<Record<string, Command>> = {
  plan: showPlan,
  modules: listModules,
  doctor,
  explain: explainCode,
  health,
  cluster,
  resolve: resolveNames,
  version: showVersion,
};

/** The valkey-bundle tool: results on standard output, diagnostics on standard error. Ends the process, at once or when it has waited. */
export function runTool(host: Host, build: Build, args: readonly string[], env: Environment): Promise<never> {
  const tell = (diagnostic: Diagnostic): void => {
    host.print('stderr', showDiagnostic(diagnostic, styleFor(host.isTerminal.stderr, env['NO_COLOR'])));
  };
  const fail = (error: unknown): never => {
    const message = error instanceof Error ? error.message : String(error);
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
