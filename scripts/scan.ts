import { join } from 'node:path';
import process from 'node:process';
import { loadLine } from './data/release-line.ts';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { architectureOf, nativePlatform, readPlatform } from './lib/platform.ts';
import { openWorkspace, releasePath } from './lib/workspace.ts';
import { stagedImages } from './publish/release-file.ts';
import { registryFor } from './supply/image-content.ts';
import { type ImageToScan, readWaivers, requireCurrentWaivers, scanImages } from './supply/scan.ts';

const usage = `npm run scan -- (REFERENCE | --line LINE [--published]) [--platform PLATFORM] [--fail-on high] [--only-fixed]
Lets grype look for known vulnerabilities in an image, or in the images that were staged for a line.
  REFERENCE            an image as grype takes it: of the engine, registry:REPOSITORY@DIGEST, sbom:FILE
  --line LINE          as modules/releases/<line>.yaml names it; findings: dist/release/<line>/scan-*.grype.json
  --published          the image that the line's first tag leads to now, instead of those that are staged
  --platform PLATFORM  linux/amd64 or linux/arm64; with --line by default this machine's
  --fail-on SEVERITY   the least severity that fails, as grype names it; by default high
  --only-fixed         what has no fix yet does not fail
GRYPE names the program, if it is not on PATH. Waivers stand in modules/waivers.yaml; an expired one fails.
Example: npm run scan -- --line 9.0 --only-fixed`;

const options = {
  line: { type: 'string' },
  published: { type: 'boolean', default: false },
  platform: { type: 'string' },
  'fail-on': { type: 'string', default: 'high' },
  'only-fixed': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'scan', usage, options, positionals: 1 }, async ({ values, positionals, aborted, report }) => {
  const [reference] = positionals;
  if ((reference === undefined) === (values.line === undefined)) {
    throw new PipelineError('VP901', 'npm run scan: of what? Give a reference or --line, and one of them alone');
  }
  const workspace = openWorkspace();
  const waivers = readWaivers(workspace);
  requireCurrentWaivers(waivers, new Date().toISOString().slice(0, 10));
  const platform = values.platform === undefined ? null : readPlatform(values.platform);
  const images =
    reference === undefined
      ? await imagesOfLine(values.line ?? '', platform ?? nativePlatform())
      : [{ reference, findings: null }];
  await scanImages(images, {
    ...{ waivers, aborted, report, grype: process.env['GRYPE'] || 'grype' },
    platform: platform ?? (values.line === undefined ? null : nativePlatform()),
    failOn: values['fail-on'],
    onlyFixed: values['only-fixed'],
  });

  async function imagesOfLine(name: string, of: ReturnType<typeof nativePlatform>): Promise<ImageToScan[]> {
    const { line, variants } = loadLine(workspace, name);
    const found = values.published
      ? await publishedImage((variants['default']?.tags[0] ?? line).replaceAll('{line}', line))
      : await stagedImages(workspace, line, of);
    if (found.length === 0) report(`nothing of the line ${line} is published yet`);
    return found.map(({ variant, reference: image }) => ({
      reference: `registry:${image}`,
      findings: join(releasePath(workspace, line), `scan-${variant}-${architectureOf(of)}.grype.json`),
    }));
  }

  /** One image stands for all variants: they differ in nothing but their defaults. */
  async function publishedImage(tag: string): Promise<{ variant: string; reference: string }[]> {
    const { registry, repository } = await registryFor(process.env['VALKEY_BUNDLE_REPOSITORY'], aborted);
    const found = await registry.manifest(tag);
    return found === null ? [] : [{ variant: 'published', reference: `${repository}@${found.digest}` }];
  }
});
