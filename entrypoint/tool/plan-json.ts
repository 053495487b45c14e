import { bytesOf, printable, textOf } from '../bytes.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { argumentsOf, argumentWords, showExtra } from '../explain.ts';
import { showPlace } from '../place.ts';
import type { StartPlan } from '../plan.ts';
import { redactedArgv } from '../redact.ts';
import { redactLine, redactWords } from '../secrets.ts';

/** The shape of `valkey-bundle plan --json`, version 1: docs/plan.md describes it. Fields may be added, none changes its meaning. */
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
export function planJson(plan: StartPlan): PlanJson {
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

/** A plan that ended before it began: nothing is known but why. */
export function refusedJson(diagnostic: Diagnostic, exitCode: number): PlanJson {
  return { ...emptyJson('server'), diagnostics: [diagnosticJson(diagnostic)], exitCode };
}

/** A command that is not the server: it is executed as it is. */
export function commandJson(program: string, argv: readonly string[]): PlanJson {
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

function diagnosticJson({ code, severity, message, hint, at, column }: Diagnostic): PlanJson['diagnostics'][number] {
  const hasColumn = column !== undefined && (at?.kind === 'file' || at?.kind === 'stdin');
  const place = at === undefined ? null : `${showPlace(at)}${hasColumn ? `:${column}` : ''}`;
  return { code, severity, message: printable(message), hint: printable(hint), at: place };
}

function redactText(text: string): string {
  return text
    .split('\n')
    .map((line) => redactLine(bytesOf(line)) ?? line)
    .join('\n');
}
