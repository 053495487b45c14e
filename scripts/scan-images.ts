import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { loadLine } from './data/release-line.ts';
import { architectureOf, nativePlatform, readPlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace, releasePath } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readCredentials } from './publish/credentials.ts';
import { openRegistry } from './publish/registry.ts';
import { stagedImages } from './publish/release-file.ts';
import { readRepository, showRepository } from './publish/repository.ts';
import { grypeArguments } from './workflows/image-commands.ts';
import { runEach, runScript } from './workflows/run-script.ts';

const usage = `npm run scan-images -- --line LINE [--platform PLATFORM] [--published] [--fixed-only]
Lets grype look for known vulnerabilities in images of a registry, and holds what it finds against the gate (npm run scan).
  --line LINE          as modules/releases/<line>.yaml names it
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --published          the image that the line's first tag leads to now, instead of those that are staged
  --fixed-only         what has no fix yet does not fail
GRYPE names the program, if it is not on PATH. Reports: dist/release/<line>/scan-*.grype.json`;

const options = {
  line: { type: 'string' },
  platform: { type: 'string' },
  published: { type: 'boolean', default: false },
  'fixed-only': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'scan-images', usage, options }, async ({ values, report, aborted }) => {
  if (values.line === undefined) throw new PipelineError('VP901', 'npm run scan-images: --line is missing');
  const workspace = openWorkspace();
  const { line } = loadLine(workspace, values.line);
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const images = values.published ? await publishedImage(line, aborted) : await stagedImages(workspace, line, platform);
  if (images.length === 0) report(`nothing of the line ${line} is published yet`);

  const folder = releasePath(workspace, line);
  await mkdir(folder, { recursive: true });
  const reports: string[][] = [];
  for (const { variant, reference } of images) {
    const file = join(folder, `scan-${variant}-${architectureOf(platform)}.grype.json`);
    report(`grype looks at ${reference} (${platform})`);
    await runGrype(grypeArguments(reference, platform, file), aborted);
    reports.push(['--report', file, ...(values['fixed-only'] ? ['--fixed-only'] : [])]);
  }
  process.exitCode = await runEach(reports, aborted, (args) => runScript('scan', args));

  async function publishedImage(tag: string, signal: AbortSignal): Promise<{ variant: string; reference: string }[]> {
    const repository = readRepository({ setting: process.env['VALKEY_BUNDLE_REPOSITORY'] });
    const credentials = await readCredentials(
      repository.registry,
      process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'),
    );
    const found = await openRegistry(repository, credentials, { aborted: signal }).manifest(tag);
    return found === null ? [] : [{ variant: 'published', reference: `${showRepository(repository)}@${found.digest}` }];
  }
});

async function runGrype(args: readonly string[], cancelSignal: AbortSignal): Promise<void> {
  const program = process.env['GRYPE'] || 'grype';
  const ran = await execa(program, args, { stdio: ['ignore', 'inherit', 'pipe'], reject: false, cancelSignal });
  if (ran.exitCode === 0) return;
  const fix = 'install grype, or name it in GRYPE; it needs a network for its database';
  throw new PipelineError(
    'VP902',
    `${program} ${ran.exitCode === undefined ? 'cannot be run' : `ended with ${ran.exitCode}`}`,
    { details: ran.stderr ?? '', fix },
  );
}
