import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { loadLine } from './lines/load-line.ts';
import { readLock } from './lines/read-lock.ts';
import { readDate } from './pipeline/calendar-day.ts';
import { nativePlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readCredentials } from './publish/credentials.ts';
import { choosePlatforms } from './publish/options.ts';
import { readPublished, removePublished } from './publish/published-record.ts';
import { openRegistry } from './publish/registry.ts';
import { readStaged } from './publish/release-files.ts';
import { readRepository, showRepository } from './publish/repository.ts';
import { releaseSteps, showSteps } from './release/release-steps.ts';
import { type PublishedTag, upToDate } from './release/up-to-date.ts';
import { whatIsLeft } from './release/what-is-left.ts';
import { runScript } from './workflows/run-script.ts';

const usage = `npm run release -- --line LINE [options]
The whole chain on one machine: resolve, fetch, build, image, stage, verify that digest, publish. A line of several platforms is
released by GitHub Actions, on a machine of each; here its release is tried out into a registry on this machine, for this platform.
Run again, it does what is missing; where the tags lead to images of the same inputs already, it does nothing and says so.
  --line LINE              as modules/releases/<line>.yaml names it
  --registry HOST[:PORT]   another registry (plain http on localhost, 127.x.x.x and [::1])
  --repository NAME        another repository in it; VALKEY_BUNDLE_REPOSITORY=registry/repository replaces both defaults
  --date YYYYMMDD          what {date} in a tag becomes; today in UTC
  --move-version-tags      lets a tag that names a version lead elsewhere than it does
  --jobs N                 how many compilers run at the same time
  --dry-run                print the chain and the build, and do nothing`;

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
  const workspace = openWorkspace();
  const line = loadLine(workspace, values.line);
  const repository = readRepository({ ...values, setting: process.env['VALKEY_BUNDLE_REPOSITORY'] });
  const platform = nativePlatform();
  const alone = line.platforms.length > 1;
  const platforms = choosePlatforms(line, platform, repository.registry);
  const given = (name: 'registry' | 'repository'): string[] => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}`, value];
  };
  const steps = releaseSteps({
    ...{ line: line.line, platform, alone, jobs: values.jobs },
    target: [...given('registry'), ...given('repository')],
    date: readDate(values.date, new Date()),
    moveVersionTags: values['move-version-tags'],
  });
  if (values['dry-run']) {
    console.log(`release of line ${line.line} to ${showRepository(repository)}, for ${platforms.join(', ')}\n`);
    console.log(`${showSteps(steps)}\n\nStep 3 builds:`);
    process.exitCode = await runScript('build', ['--dry-run', '--line', line.line, '--platform', platform]);
    return;
  }

  const dockerFolder = process.env['DOCKER_CONFIG'] || join(homedir(), '.docker');
  const credentials = await readCredentials(repository.registry, dockerFolder);
  const registry = openRegistry(repository, credentials, { aborted });
  const tags = line.line in readLock(workspace).lines && (await upToDate(workspace, line, platforms, registry));
  const isRecordLeft = tags && (await leftOf(tags)) === 'publish';
  if (tags && !isRecordLeft) {
    report('nothing to do: these tags lead to images of just these inputs');
    for (const { tag, digest } of tags) console.log(`${showRepository(repository)}:${tag} ${digest}`);
    return;
  }
  if (isRecordLeft) report('the tags are right, and published.json does not say so: publishing was cut off');
  const left = isRecordLeft ? steps.slice(-1) : steps;
  for (const [index, { verb, args, does }] of left.entries()) {
    aborted.throwIfAborted();
    report(`\n[${index + 1}/${left.length}] ${does}`);
    const began = performance.now();
    const exitCode = await runScript(verb, args);
    aborted.throwIfAborted();
    if (exitCode !== 0) {
      report(
        `release stopped at step ${index + 1}, ${verb}: its message is above. What is done stays: run the release again.`,
      );
      process.exitCode = exitCode;
      return;
    }
    report(`done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }

  async function leftOf(found: readonly PublishedTag[]): Promise<ReturnType<typeof whatIsLeft>> {
    const published = await readPublished(workspace, line.line);
    const staged = await readStaged(workspace, line.line);
    const what = whatIsLeft(found, showRepository(repository), { published, staged });
    if (what === 'nothing here' && published?.repository === showRepository(repository)) {
      report('published.json is of an earlier release, and is removed: these tags were not published from here');
      await removePublished(workspace, line.line);
    }
    return what;
  }
});
