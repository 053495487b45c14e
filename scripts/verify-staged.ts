import { nativePlatform, readPlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { builtImages } from './workflows/built-images.ts';
import { verifyArguments } from './workflows/image-commands.ts';
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
  const workspace = openWorkspace();
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const images = await (built ? builtImages : stagedImages)(workspace, line, platform);
  process.exitCode = await runEach(images.map(verifyArguments), aborted, (args) => runScript('verify', args));
});
