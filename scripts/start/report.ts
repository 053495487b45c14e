import type Docker from 'dockerode';
import pc from 'picocolors';
import type { EnvironmentVariable } from './environment.ts';
import { moduleRows } from './module-rows.ts';
import type { PlanReport } from './plan-report.ts';
import type { Progress } from './progress.ts';
import { readBundle, readPlan } from './read-plan.ts';
import { askServer } from './server-modules.ts';
import { renderSummary } from './summary.ts';

export type Running = Readonly<{
  container: Docker.Container;
  port: number;
  image: string;
  alreadyRunning: boolean;
  environment: readonly EnvironmentVariable[];
  confPath: string | null;
  dataKept: boolean;
}>;

/** Asks the server and the tool in its image, and prints what runs on standard output, warnings on standard error. */
export async function reportRunning(running: Running, progress: Progress, stdout: NodeJS.WriteStream): Promise<void> {
  const password = running.environment.find(({ name }) => name === 'VALKEY_PASSWORD')?.value ?? null;
  const [answer, plan, bundle] = await Promise.all([
    askServer(running.port, password),
    readPlan(running.container),
    readBundle(running.container),
  ]);
  const facts = answer.kind === 'facts' ? answer.facts : null;
  const { rows, warnings } = moduleRows({
    server: facts?.modules ?? null,
    plan: plan.value,
    bundle: bundle.value,
  });
  if (answer.kind === 'refused') {
    progress.warn(
      `the server did not list its modules (${answer.message}): this is the plan it was started with. Give its password as -e VALKEY_PASSWORD=...`,
    );
  }
  for (const warning of [plan.problem, bundle.problem, ...warnings, ...planWarnings(plan.value)]) {
    if (warning !== null) progress.warn(warning);
  }
  const colors = pc.createColors(stdout.isTTY === true && pc.isColorSupported);
  stdout.write(
    renderSummary(
      {
        ...running,
        valkeyVersion: facts?.valkeyVersion ?? bundle.value?.valkey ?? null,
        modules: rows,
        asksPassword: answer.kind === 'refused' || password !== null,
      },
      colors,
    ),
  );
}

/** What the entrypoint warned about when it started; without --detach the log repeats it, and with it nothing else would. */
function planWarnings(plan: PlanReport | null): string[] {
  return (plan?.diagnostics ?? [])
    .filter(({ severity }) => severity === 'warning' || severity === 'error')
    .map(
      ({ code, message, hint, at }) =>
        `${[code, ...(at ? [at] : [])].join(' ')}: ${message}${hint ? `\n  ${hint}` : ''}`,
    );
}
