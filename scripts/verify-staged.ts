import { join } from 'node:path';
import { architectureOf, nativePlatform, readPlatform } from './pipeline/platform.ts';
import { imageRecord } from './pipeline/records.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { artifactsPath, openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readRecord } from './publish/read-record.ts';
import { folderOptions, verifyArguments } from './workflows/image-commands.ts';
import { runEach, runScript } from './workflows/run-script.ts';
import { stagedImages } from './workflows/staged-images.ts';

const usage = `npm run verify-staged -- --line LINE [--platform PLATFORM] [--built]
Runs npm run verify on the digest of every image that is staged for a line: what is published later is exactly what was tested.
  --line LINE          as modules/releases/<line>.yaml names it
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --built              the images that npm run image left in the engine, instead of those that are staged`;

const options = {
  line: { type: 'string' },
  platform: { type: 'string' },
  built: { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'verify-staged', usage, options }, async ({ values, aborted }) => {
  const { line, built } = values;
  if (line === undefined) throw new PipelineError('VP901', 'npm run verify-staged: --line is missing');
  const workspace = openWorkspace(values);
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const calls = built ? await builtImages() : (await stagedImages(workspace, line, platform)).map(verifyArguments);
  const folders = folderOptions(values);
  process.exitCode = await runEach(calls, aborted, (args) => runScript('verify', [...args, ...folders]));

  async function builtImages(): Promise<string[][]> {
    const path = join(artifactsPath(workspace, line ?? '', architectureOf(platform)), 'images.json');
    const record = await readRecord(path, imageRecord);
    if (record === null) {
      const fix = `npm run image -- --line ${line} --platform ${platform}`;
      throw new PipelineError('VP524', 'no image was built', { where: path, fix });
    }
    return Object.entries(record.variants).map(([variant, { reference }]) =>
      verifyArguments({ ...record, reference, variant }),
    );
  }
});
