import * as z from 'zod';
import { parseJson } from '../lib/json.ts';

const planArgument = z.object({ text: z.string(), source: z.string() });

const planModule = z.object({
  name: z.string(),
  file: z.string(),
  decision: z.string(),
  reason: z.string(),
  source: z.string().nullish(),
  args: z.array(planArgument),
});

const planDiagnostic = z.object({
  code: z.string(),
  severity: z.string(),
  message: z.string(),
  hint: z.string().nullish(),
  at: z.string().nullish(),
});

/** The part of `valkey-bundle plan --json` that is shown here; what else it says is let through. */
const planReport = z.object({
  version: z.literal(1),
  modules: z.array(planModule),
  loads: z.array(z.object({ path: z.string(), args: z.array(z.string()) })),
  diagnostics: z.array(planDiagnostic),
});

export type PlanReport = z.infer<typeof planReport>;
export type PlanModule = z.infer<typeof planModule>;
export type PlanArgument = z.infer<typeof planArgument>;

/** The plan from the tool's output. The error says what of it is unlike a plan, in one line. */
export function parsePlanReport(text: string): PlanReport {
  const read = parseJson(text, planReport);
  if (read.ok) return read.value;
  const { cause } = read;
  if (!(cause instanceof z.ZodError))
    throw new Error('valkey-bundle plan --json printed something that is not JSON', { cause });
  const issue = cause.issues[0];
  throw new Error(`valkey-bundle plan --json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a plan'}`);
}
