import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { loadLine } from './data/release-line.ts';
import { readDate } from './lib/calendar-day.ts';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { nativePlatform } from './lib/platform.ts';
import { readRepository, showRepository } from './lib/registry/repository.ts';
import { openWorkspace } from './lib/workspace.ts';
import { choosePlatforms } from './publish/options.ts';

const usage = `npm run release -- --line LINE [options]
The whole chain on one machine: resolve, fetch, build, image, stage, verify that digest, publish. A line of several platforms is
released by GitHub Actions, on a machine of each; here its release is tried out into a registry on this machine, for this platform.
Run again, it goes on where it stopped: what is built comes from the cache with the same digest, and a tag that leads there is kept.
Another commit of the project is another image: a tag that names a version then moves with --move-version-tags alone.
  --line LINE              as modules/releases/<line>.yaml names it
  --registry HOST[:PORT]   another registry (plain http on localhost, 127.x.x.x and [::1])
  --repository NAME        another repository in it; VALKEY_BUNDLE_REPOSITORY=registry/repository replaces both defaults
  --date YYYYMMDD          what {date} in a tag becomes; today in UTC
  --move-version-tags      lets a tag that names a version lead elsewhere than it does
  --jobs N                 how many compilers run at the same time
  --dry-run                print the chain and the build, and do nothing
Example: npm run release -- --line local --registry localhost:5000`;

const options = {
  line: { type: 'string' },
  registry: { type: 'string' },
  repository: { type: 'string' },
  date: { type: 'string' },
  'move-version-tags': { type: 'boolean', default: false },
  jobs: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'release', usage, options }, async ({ values, report, aborted }) => {
  if (values.line === undefined) throw new PipelineError('VP901', 'npm run release: --line is missing');
  const line = loadLine(openWorkspace(), values.line);
  const repository = readRepository({ ...values, setting: process.env['VALKEY_BUNDLE_REPOSITORY'] });
  const platform = nativePlatform();
  const platforms = choosePlatforms(line, platform, repository.registry);
  const date = readDate(values.date, new Date());

  const onLine = ['--line', line.line];
  const onPlatform = [...onLine, '--platform', platform];
  const given = (name: 'registry' | 'repository' | 'jobs'): string[] => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}`, value];
  };
  const target = [...given('registry'), ...given('repository')];
  const tags = [
    ...['--date', date],
    ...(line.platforms.length > 1 ? ['--only-platform', platform] : []),
    ...(values['move-version-tags'] ? ['--move-version-tags'] : []),
  ];
  const steps: readonly (readonly [does: string, verb: string, args: readonly string[]])[] = [
    ['pin what the line names: tags to commits, the base to a digest or version', 'resolve', onLine],
    ['fetch exactly those sources', 'fetch', onLine],
    ['build each module from its source, and check what came out', 'build', [...onPlatform, ...given('jobs')]],
    ['assemble an image a variant, with its SBOM', 'image', onPlatform],
    ['push the images under staging tags, and take their digests', 'publish', ['--stage', ...onPlatform, ...target]],
    ['start and question exactly those digests', 'verify', onPlatform],
    ['one index a variant, then the tags: version tags first', 'publish', [...onLine, ...target, ...tags]],
  ];
  if (values['dry-run']) {
    console.log(`release of line ${line.line} to ${showRepository(repository)}, for ${platforms.join(', ')}\n`);
    for (const [index, [does, verb, args]] of steps.entries()) {
      console.log(`${index + 1}. ${does}\n   npm run ${verb} -- ${args.join(' ')}`);
    }
    console.log('\nStep 3 builds:');
    process.exitCode = await runStep('build', ['--dry-run', ...onPlatform]);
    return;
  }
  for (const [index, [does, verb, args]] of steps.entries()) {
    aborted.throwIfAborted();
    report(`\n[${index + 1}/${steps.length}] ${does}`);
    const began = performance.now();
    const exitCode = await runStep(verb, args);
    aborted.throwIfAborted();
    if (exitCode !== 0) {
      const done = 'its message is above. Once that is fixed, run the release again: what is done stays.';
      report(`release stopped at step ${index + 1}, ${verb}: ${done}`);
      process.exitCode = exitCode;
      return;
    }
    report(`done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
});

/** Runs a verb as it would be run by hand, with our own terminal, and gives its exit code. Ctrl-C reaches both. */
async function runStep(verb: string, args: readonly string[]): Promise<number> {
  console.error(`npm run ${verb} -- ${args.join(' ')}`);
  const script = join(import.meta.dirname, `${verb}.ts`);
  // Not zx: execa also ends the step where a second signal ends this process.
  const ran = await execa(process.execPath, [script, ...args], { stdio: 'inherit', reject: false });
  return ran.exitCode ?? 70;
}
