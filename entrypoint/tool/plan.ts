import { type Diagnostic, exitCodeOf, placeOf, Refusal, refuse, styleFor } from '../diagnostics/diagnostic.ts';
import { argumentsOf, argumentWords, explainPlan, redactedArgv, showExtra } from '../explain.ts';
import { planStart, type StartPlan } from '../plan.ts';
import { classify } from '../server/invocation.ts';
import { bytesOf, printable, textOf } from '../text/bytes.ts';
import { showPlace } from '../text/place.ts';
import { redactLine, redactWords, withoutSecrets } from '../text/secrets.ts';
import type { ToolContext } from './options.ts';
import { usageOf } from './pages.ts';
import { pictureOf } from './picture.ts';

/**
 * `valkey-bundle plan [--json|--svg] [--] [command...]`: the plan of that start on standard output. Exit code that of
 * the start.
 */
export function showPlan(context: ToolContext): number {
  const { form, command } = readArguments(context.args);
  const json = form === '--json';
  const { host, build, env } = context;
  const print = (value: PlanJson): void => host.print('stdout', `${JSON.stringify(value, null, 2)}\n`);
  try {
    const invocation = classify(command);
    if (invocation.kind === 'command') {
      if (form === '--svg')
        throw refuse('VB601', 'a command that is not the server has no picture', { hint: usageOf('plan') });
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
    else {
      plan.diagnostics.forEach(context.tell);
      host.print('stdout', form === '--svg' ? pictureOf(plan) : textForPeople(context, plan));
    }
    return 0;
  } catch (error) {
    if (!json || !(error instanceof Refusal)) throw error;
    const exitCode = exitCodeOf(error.diagnostic);
    print(refusedJson(error.diagnostic, exitCode));
    return exitCode;
  }
}

function textForPeople({ host, env }: ToolContext, plan: StartPlan): string {
  const text = explainPlan(plan, styleFor(host.isTerminal.stdout, env['NO_COLOR']));
  if (plan.effectiveConf === null) return text;
  return `${text}\n--- ${plan.effectiveConf.path}\n${printableLines(planJson(plan).effectiveConf?.text ?? '')}`;
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

type Form = (typeof FORMS)[number];
const FORMS = ['--json', '--svg'] as const;

/**
 * Options of the tool stand before the command: the first word that is not an option begins it, and `--` does in any
 * case. Refuses VB601 for both forms at once.
 */
function readArguments(args: readonly string[]): { form: Form | null; command: readonly string[] } {
  const end = args.findIndex((word) => !isForm(word));
  const forms = new Set(args.slice(0, end < 0 ? args.length : end).filter(isForm));
  if (forms.size > 1) {
    throw refuse('VB601', '--json and --svg exclude each other', { hint: usageOf('plan') });
  }
  const rest = end < 0 ? [] : args.slice(end);
  return { form: [...forms][0] ?? null, command: rest[0] === '--' ? rest.slice(1) : rest };
}

function isForm(word: string): word is Form {
  return FORMS.some((form) => form === word);
}

/**
 * The shape of `valkey-bundle plan --json`, version 1: docs/plan.md describes it. Fields may be added, none changes its
 * meaning.
 */
export interface PlanJson {
  readonly version: 1;
  readonly kind: 'server' | 'command';
  readonly modules: ReadonlyArray<{
    readonly name: string;
    readonly file: string;
    readonly decision: 'added' | 'kept' | 'merged' | 'skipped';
    readonly reason: string;
    readonly source: string;
    readonly args: ReadonlyArray<{ readonly text: string; readonly source: string }>;
  }>;
  readonly loads: ReadonlyArray<{ readonly path: string; readonly args: readonly string[] }>;
  /** Directives that no module asked for: image defaults, the name that a pod announces, and the password. */
  readonly directives: ReadonlyArray<{ readonly text: string; readonly source: string }>;
  readonly files: readonly string[];
  readonly program: string | null;
  readonly argv: readonly string[];
  readonly effectiveConf: { readonly path: string; readonly text: string } | null;
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string } | null;
  readonly dataDirectory: string | null;
  /** In cluster mode only: the nodes.conf in which a start refreshes stale addresses of other nodes. */
  readonly nodesFile?: string;
  readonly diagnostics: ReadonlyArray<{
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly hint: string;
    readonly at: string | null;
  }>;
  readonly exitCode: number;
}

/** The plan as data, secrets hidden. */
function planJson(plan: StartPlan): PlanJson {
  return {
    version: 1,
    kind: 'server',
    modules: plan.modules.map((merged) => ({
      name: merged.module.name,
      file: merged.load === null ? merged.module.path : textOf(merged.load.path),
      decision: merged.verdict,
      reason: merged.reason,
      source: showPlace(merged.at),
      args: argumentsOf(merged),
    })),
    loads: plan.loads.map((load) => ({ path: textOf(load.path), args: argumentWords(load) })),
    directives: plan.directives.map(showExtra),
    files: plan.files,
    program: plan.program.path,
    argv: redactedArgv(plan.argv),
    effectiveConf:
      plan.effectiveConf === null
        ? null
        : { path: plan.effectiveConf.path, text: redactText(textOf(plan.effectiveConf.text)) },
    user: { ...plan.user.to, name: plan.user.name },
    dataDirectory: plan.dataDirectory,
    ...(plan.cluster === null ? {} : { nodesFile: plan.cluster.nodesFile }),
    diagnostics: plan.diagnostics.map(diagnosticJson),
    exitCode: 0,
  };
}

/** A refused start: only the reason is known. */
function refusedJson(diagnostic: Diagnostic, exitCode: number): PlanJson {
  return { ...emptyJson('server'), diagnostics: [diagnosticJson(diagnostic)], exitCode };
}

/** A command that is not the server: it is executed as it is. */
function commandJson(program: string, argv: readonly string[]): PlanJson {
  return { ...emptyJson('command'), program, argv: redactWords(argv.map(bytesOf)) };
}

function emptyJson(kind: PlanJson['kind']): PlanJson {
  return {
    version: 1,
    kind,
    modules: [],
    loads: [],
    directives: [],
    files: [],
    program: null,
    argv: [],
    effectiveConf: null,
    user: null,
    dataDirectory: null,
    diagnostics: [],
    exitCode: 0,
  };
}

function diagnosticJson(diagnostic: Diagnostic): PlanJson['diagnostics'][number] {
  const { code, severity, message, hint } = diagnostic;
  return { code, severity, message: printable(message), hint: printable(hint), at: placeOf(diagnostic) };
}

function redactText(text: string): string {
  return text
    .split('\n')
    .map((line) => redactLine(bytesOf(line)) ?? line)
    .join('\n');
}
