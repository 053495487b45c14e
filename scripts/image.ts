import { assembleLine } from './image/assemble-line.ts';
import { buildLocalImage, buildTestImage } from './image/local-image.ts';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { nativePlatform, readPlatform } from './lib/platform.ts';
import { openWorkspace } from './lib/workspace.ts';

const usage = `npm run image [-- --test] [--rebuild-base]
       npm run image -- --line LINE [--platform PLATFORM]
Without a line: the local image, of binary packages of the Debian archive.
  --test          also the test image, with stand-ins for search, json, bloom and ldap
  --rebuild-base  make the Debian base again, with what the archive has now
With a line: builds its modules as npm run build does, and of them the images of its variants.
  --line LINE          as modules/releases/<line>.yaml names it
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
Prints tag and id of each image.
Example: npm run image -- --line 9.0`;

const options = {
  test: { type: 'boolean', default: false },
  'rebuild-base': { type: 'boolean', default: false },
  line: { type: 'string' },
  platform: { type: 'string' },
} as const;

await runVerb({ name: 'image', usage, options }, async ({ values, aborted, report }) => {
  const { line, test, 'rebuild-base': rebuildBase } = values;
  if (line === undefined) {
    if (values.platform !== undefined) throw wrong('--platform goes with --line');
    const build = test ? buildTestImage : buildLocalImage;
    const { tag, id } = await build({ report, rebuildBase });
    console.log(`${tag} ${id}`);
    return;
  }
  if (test || rebuildBase) throw wrong('--test and --rebuild-base do not go with --line');
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const images = await assembleLine({ workspace: openWorkspace(), line, platform, aborted, report });
  for (const { tag, id } of images) console.log(`${tag} ${id}`);
});

function wrong(what: string): PipelineError {
  return new PipelineError('VP901', `npm run image: ${what}`, { fix: 'npm run image -- --help shows the usage' });
}
