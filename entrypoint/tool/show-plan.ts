import { printable } from '../bytes.ts';
import { exitCodeOf, Refusal, refuse } from '../diagnostics.ts';
import { explainPlan } from '../explain.ts';
import { classify } from '../invocation.ts';
import { styleFor } from '../log.ts';
import { planStart, type StartPlan } from '../plan.ts';
import { withoutSecrets } from '../secrets.ts';
import type { ToolContext } from './context.ts';
import { commandJson, type PlanJson, planJson, refusedJson } from './plan-json.ts';

/** `valkey-bundle plan [--json] [--] [command...]`: the plan of that start on standard output. Exit code that of the start. */
export function showPlan(context: ToolContext): number {
  const { json, command } = readArguments(context.args);
  const { host, build, env } = context;
  const print = (value: PlanJson): void => host.print('stdout', `${JSON.stringify(value, null, 2)}\n`);
  try {
    const invocation = classify(command);
    if (invocation.kind === 'command') {
      const path = findCommand(context, invocation.argv[0] ?? '');
      if (json) print(commandJson(path, invocation.argv));
      else host.print('stdout', `${path} is executed as it is: it is not the server, so no module is added.\n`);
      return 0;
    }
    const plan = planStart(host, {
      invocation,
      env,
      manifests: build.manifests,
      lookOnly: true,
      skipDirectories: 0,
      readStdin: () => host.readStdin(),
    });
    if (json) print(planJson(plan));
    else showForPeople(context, plan);
    return 0;
  } catch (error) {
    if (!json || !(error instanceof Refusal)) throw error;
    const exitCode = exitCodeOf(error.diagnostic);
    print(refusedJson(error.diagnostic, exitCode));
    return exitCode;
  }
}

function showForPeople({ host, env, tell }: ToolContext, plan: StartPlan): void {
  plan.diagnostics.forEach(tell);
  host.print('stdout', explainPlan(plan, styleFor(host.isTerminal.stdout, env['NO_COLOR'])));
  if (plan.effectiveConf !== null)
    host.print(
      'stdout',
      `\n--- ${plan.effectiveConf.path}\n${printableLines(planJson(plan).effectiveConf?.text ?? '')}`,
    );
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function findCommand({ host }: ToolContext, name: string): string {
  const found = host.findExecutable(name);
  if (found.kind === 'missing') throw refuse('VB501', `${withoutSecrets(name)} was not found`);
  if (found.kind === 'denied') throw refuse('VB502', `${found.path}: ${found.why}`);
  return found.path;
}

/** Options of the tool stand before the command: the first word that is none begins it, and `--` does in any case. */
function readArguments(args: readonly string[]): { json: boolean; command: readonly string[] } {
  const json = args[0] === '--json';
  const rest = json ? args.slice(1) : args;
  return { json, command: rest[0] === '--' ? rest.slice(1) : rest };
}
