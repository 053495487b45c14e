import { join, resolve } from 'node:path';
import process from 'node:process';
import { runVerb } from './lib/command-line.ts';
import { openEngine } from './lib/engine.ts';
import { writeJson } from './lib/files.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { architectureOf, nativePlatform, readPlatform } from './lib/platform.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';
import { openWorkspace, releasePath } from './lib/workspace.ts';
import { imagesToVerify } from './publish/stage.ts';
import { readReference } from './verify/image.ts';
import { showReport } from './verify/report.ts';
import { verifyImage } from './verify/verify-image.ts';

const usage = `npm run verify [-- REFERENCE] [--line LINE] [--variant VARIANT] [--platform PLATFORM] [--report FILE]
       npm run verify -- --line LINE [--platform PLATFORM] [--built]
  REFERENCE            registry/repository@sha256:..., which is pulled, or an image of this machine; by default valkey-bundle:local
  --line LINE          the release line that it has to be; by default the one that it says it is. Without a reference: every image
                       that is staged for the line, by its digest: what is published later is exactly what was tested
  --built              the images that npm run image left in the engine, instead of those that are staged
  --variant VARIANT    by default: default
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --report FILE        by default dist/release/<line>/report-<variant>-<architecture>.json

Runs the image in containers of its own and prints what was tried. Exit code 1 if a check failed.
Example: npm run verify -- ghcr.io/kailas-cloud/valkey-bundle:9.0 --line 9.0`;

const options = {
  line: { type: 'string' },
  built: { type: 'boolean', default: false },
  variant: { type: 'string' },
  platform: { type: 'string' },
  report: { type: 'string' },
} as const;

await runVerb({ name: 'verify', usage, options, positionals: 1 }, async ({ values, positionals, aborted, report }) => {
  const workspace = openWorkspace();
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const { line, built, variant = 'default' } = values;
  const [given] = positionals;
  const isWholeLine = given === undefined && line !== undefined;
  const alien = isWholeLine ? (['variant', 'report'] as const) : (['built'] as const);
  const wrong = alien.find((name) => values[name]);
  if (wrong !== undefined) {
    const where = isWholeLine ? 'a REFERENCE' : '--line and no REFERENCE';
    throw new PipelineError('VP901', `npm run verify: --${wrong} goes with ${where}`);
  }
  const docker = await openEngine();
  removeRemainsAtEnd();
  const images = isWholeLine
    ? await imagesToVerify(docker, workspace, { name: line, platform, built })
    : [{ reference: given ?? 'valkey-bundle:local', variant }];
  const failures: unknown[] = [];
  for (const image of images) {
    await verify(image).catch((error: unknown) => failures.push(error));
    aborted.throwIfAborted();
  }
  for (const other of failures.slice(1)) report(other instanceof Error ? other.message : String(other));
  if (failures.length > 0) throw failures[0];

  async function verify(image: { readonly reference: string; readonly variant: string }): Promise<void> {
    const started = performance.now();
    const reference = readReference(image.reference);
    const wish = { reference, line: line ?? null, variant: image.variant, platform, workspace, aborted, report };
    const result = await verifyImage(docker, wish);
    const name = `report-${image.variant}-${architectureOf(platform)}.json`;
    const path =
      values.report === undefined
        ? join(releasePath(workspace, result.line), name)
        : resolve(process.env['INIT_CWD'] ?? process.cwd(), values.report);
    await writeJson(path, result);
    console.log(showReport(result, performance.now() - started));
    report(`report: ${path}`);
    const failed = result.checks.filter((check) => check.result === 'failed');
    if (failed.length === 0) return;
    const details = failed.map((check) => `${check.name}: ${check.note}`).join('\n');
    throw new PipelineError('VP410', `${failed.length} of ${result.checks.length}`, { where: reference.text, details });
  }
});
