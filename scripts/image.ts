import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildLocalImage } from './lib/image.ts';
import { buildTestImage } from './lib/image-test.ts';

const usage = `npm run image [-- --test] [--rebuild-base]
  --test          also the test image, with stand-ins for search, json, bloom and ldap
  --rebuild-base  make the Debian base again, with what the archive has now`;

/** Prints progress on standard error and, at the end, tag and id on standard output. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { test: { type: 'boolean' }, 'rebuild-base': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const build = values.test ? buildTestImage : buildLocalImage;
  const image = await build({ report: (line) => console.error(line), rebuildBase: values['rebuild-base'] ?? false });
  console.log(`${image.tag} ${image.id}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
