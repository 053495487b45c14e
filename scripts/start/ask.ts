import type Docker from 'dockerode';
import { Redis } from 'iovalkey';
import * as z from 'zod';
import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import { execIn } from '../lib/engine.ts';
import { parseJson } from '../lib/files.ts';
import { parseModuleList, type ServerModule } from '../lib/module-list.ts';
import { BUNDLE_FILE_IN_IMAGE, SERVER_PORT } from './container.ts';

type ServerFacts = Readonly<{ valkeyVersion: string; modules: readonly ServerModule[] }>;

type ServerAnswer = Readonly<{ kind: 'facts'; facts: ServerFacts }> | Readonly<{ kind: 'refused'; message: string }>;

/** Asks the server for its version and modules; `refused`, with its words, where it wants another password. */
export async function askServer(port: number, password: string | null): Promise<ServerAnswer> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === null ? {} : { password }),
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The command that fails says the same thing; without a listener the client would print it, too.
  client.on('error', () => {});
  try {
    const [list, info] = await Promise.all([client.call('MODULE', 'LIST'), client.info('server')]);
    const valkeyVersion = /^valkey_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
    return { kind: 'facts', facts: { valkeyVersion, modules: parseModuleList(list) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message)) return { kind: 'refused', message };
    throw new Error(`asking 127.0.0.1:${port} (the server's ${SERVER_PORT}) for MODULE LIST: ${message}`, {
      cause: error,
    });
  } finally {
    client.disconnect();
  }
}

type Read<Value> = Readonly<{ value: Value | null; problem: string | null }>;

/** How the entrypoint came to what it started: it computes the plan again, with the same environment and files. */
export function readPlan(container: Docker.Container): Promise<Read<PlanReport>> {
  return reading('where the arguments come from is unknown', async () => {
    const { Config } = await container.inspect();
    const { stdout, stderr } = await execIn(container, [
      'valkey-bundle',
      'plan',
      '--json',
      '--',
      ...(Config.Cmd ?? []),
    ]);
    if (stdout.trim() === '') throw new Error(`valkey-bundle plan printed no plan: ${stderr.trim()}`);
    return parsePlanReport(stdout);
  });
}

/** Which module versions the image holds. */
export function readBundle(container: Docker.Container): Promise<Read<BundleFile>> {
  return reading('the versions of the modules are unknown', async () => {
    const { exitCode, stdout, stderr } = await execIn(container, ['cat', BUNDLE_FILE_IN_IMAGE]);
    if (exitCode !== 0) throw new Error(stderr.trim());
    return bundleFile.parse(JSON.parse(stdout));
  });
}

/** The server runs whatever comes of this, so a failure costs the user a warning and a column, not the start. */
async function reading<Value>(loss: string, read: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { value: await read(), problem: null };
  } catch (error) {
    return { value: null, problem: `${loss}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

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
