import { join, resolve } from 'node:path';
import process from 'node:process';
import { writeJson } from './lib/json.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';
import { architectureOf, nativePlatform, readPlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace, releasePath } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { openEngine } from './verify/engine.ts';
import { readReference } from './verify/reference.ts';
import { showReport } from './verify/show-report.ts';
import { verifyImage } from './verify/verify-image.ts';

const usage = `npm run verify [-- REFERENCE] [--line LINE] [--variant VARIANT] [--platform PLATFORM] [--report FILE]
  REFERENCE            registry/repository@sha256:..., which is pulled, or an image of this machine; by default valkey-bundle:local
  --line LINE          the release line that it has to be; by default the one that it says it is
  --variant VARIANT    by default: default
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --report FILE        by default dist/release/<line>/report-<variant>-<architecture>.json

Runs the image in containers of its own and prints what was tried. Exit code 1 if a check failed.`;

const options = {
  line: { type: 'string' },
  variant: { type: 'string', default: 'default' },
  platform: { type: 'string' },
  report: { type: 'string' },
} as const;

await runVerb({ name: 'verify', usage, options, positionals: 1 }, async ({ values, positionals, aborted, report }) => {
  const started = performance.now();
  const workspace = openWorkspace();
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const reference = readReference(positionals[0] ?? 'valkey-bundle:local');
  const { variant } = values;
  const docker = await openEngine();
  removeRemainsAtEnd();
  const wish = { reference, line: values.line ?? null, variant, platform, workspace, aborted, report };
  const result = await verifyImage(docker, wish);
  const name = `report-${variant}-${architectureOf(platform)}.json`;
  const path =
    values.report === undefined
      ? join(releasePath(workspace, result.line), name)
      : resolve(process.env['INIT_CWD'] ?? process.cwd(), values.report);
  await writeJson(path, result);
  console.log(showReport(result, performance.now() - started));
  report(`report: ${path}`);
  const failed = result.checks.filter((check) => check.result === 'failed');
  if (failed.length > 0) {
    const details = failed.map((check) => `${check.name}: ${check.note}`).join('\n');
    throw new PipelineError('VP410', `${failed.length} of ${result.checks.length}`, { where: reference.text, details });
  }
});
