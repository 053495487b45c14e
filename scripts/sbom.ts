import { copyFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { architectureOf, nativePlatform, readPlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readImageSbom } from './sbom/image-sbom.ts';
import { writeSbom } from './sbom/write-sbom.ts';

const usage = `npm run sbom -- --line LINE [--platform PLATFORM] [--output FILE]
npm run sbom -- --image REFERENCE [--output FILE]
  --line LINE          writes the list of components (CycloneDX 1.6) of what npm run build made, beside it under dist/artifacts,
                       and prints its path
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --image REFERENCE    prints the list that an image carries
  --output FILE        writes it to this file as well; with --image, instead of printing it`;

const options = {
  line: { type: 'string' },
  platform: { type: 'string' },
  image: { type: 'string' },
  output: { type: 'string' },
} as const;

await runVerb({ name: 'sbom', usage, options }, async ({ values, aborted }) => {
  const output = values.output === undefined ? null : resolve(process.env['INIT_CWD'] ?? process.cwd(), values.output);
  if ((values.line === undefined) === (values.image === undefined)) {
    throw new PipelineError('VP901', 'npm run sbom: of what? Give --line or --image, and one of them alone');
  }
  if (values.image !== undefined) {
    const text = await readImageSbom(values.image, aborted);
    if (output === null) process.stdout.write(text);
    else await writeFile(output, text);
  }
  if (values.line !== undefined) {
    const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
    const path = await writeSbom(openWorkspace(), values.line, architectureOf(platform));
    if (output !== null) await copyFile(path, output);
    console.log(path);
  }
});
