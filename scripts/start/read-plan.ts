import type Docker from 'dockerode';
import { type BundleFile, bundleFile } from '../../modules/schema.ts';
import { BUNDLE_FILE_IN_IMAGE } from './names.ts';
import { type PlanReport, parsePlanReport } from './plan-report.ts';
import { runInside } from './run-inside.ts';

type Read<Value> = Readonly<{ value: Value | null; problem: string | null }>;

/** How the entrypoint came to what it started: the same program computes it again, with the same environment and files. */
export function readPlan(container: Docker.Container): Promise<Read<PlanReport>> {
  return reading('where the arguments come from is unknown', async () => {
    const { Config } = await container.inspect();
    const { stdout, stderr } = await runInside(container, [
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
    const { exitCode, stdout, stderr } = await runInside(container, ['cat', BUNDLE_FILE_IN_IMAGE]);
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
