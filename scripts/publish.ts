import process from 'node:process';
import { loadLine } from './data/release-line.ts';
import { lockOfLine } from './data/wanted.ts';
import { readDate } from './lib/calendar-day.ts';
import { runVerb } from './lib/command-line.ts';
import { openEngine } from './lib/engine.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { nativePlatform, readPlatform } from './lib/platform.ts';
import { dockerFolder, readCredentials } from './lib/registry/credentials.ts';
import { openRegistry } from './lib/registry/registry.ts';
import { readRepository, showRepository } from './lib/registry/repository.ts';
import { openWorkspace } from './lib/workspace.ts';
import { choosePlatforms, publishOptions, refuseAlienOptions, requirePlatform } from './publish/options.ts';
import { showPlan } from './publish/plan.ts';
import { planLine, publishPlan } from './publish/publish-line.ts';
import { showImage } from './publish/release-file.ts';
import { builtImages, stageLine, stagingTag } from './publish/stage.ts';

const usage = `npm run publish -- --line LINE [options]
Makes one index a variant out of the staged and verified images of a line, and lets the line's tags lead to it. Nothing is
built; what is right already stays; run again after an interruption, it goes on.
  --line LINE              as modules/releases/<line>.yaml names it
  --registry HOST[:PORT]   another registry (plain http on localhost, 127.x.x.x and [::1])
  --repository NAME        another repository in it; VALKEY_BUNDLE_REPOSITORY=registry/repository replaces both defaults
  --date YYYYMMDD          what {date} in a tag becomes; today in UTC
  --move-version-tags      lets a tag that names a version lead elsewhere than it does
  --only-platform P        an index of one platform, into a registry on this machine
  --stage                  first step, on each machine that has built images: pushes them, and writes their digests
  --platform P             with --stage: linux/amd64 or linux/arm64; this machine's if not given
  --dry-run                print what would be done
Credentials are those of docker: docker login <registry>.
Example: npm run publish -- --line local --registry localhost:5000 --dry-run`;

await runVerb({ name: 'publish', usage, options: publishOptions }, async ({ values, report, aborted }) => {
  if (values.line === undefined) throw new PipelineError('VP901', 'npm run publish: --line is missing');
  refuseAlienOptions(values);
  const workspace = openWorkspace();
  const line = loadLine(workspace, values.line);
  const repository = readRepository({ ...values, setting: process.env['VALKEY_BUNDLE_REPOSITORY'] });
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  if (values.stage) requirePlatform(line, platform, '--platform');
  const only = values['only-platform'] === undefined ? null : readPlatform(values['only-platform']);
  const platforms = choosePlatforms(line, only, repository.registry);
  const date = readDate(values.date, new Date());
  const lock = lockOfLine(workspace, line);

  const credentials = await readCredentials(repository.registry, dockerFolder(process.env));
  const registry = openRegistry(repository, credentials, { aborted });
  if (values.stage) {
    const docker = await openEngine();
    const wish = { line, platform, lock };
    if (values['dry-run']) {
      for (const image of await builtImages(docker, wish)) {
        console.log(`push ${image.id} to ${showRepository(repository)}:${stagingTag(image)}`);
      }
      return;
    }
    const staged = await stageLine(workspace, wish, { docker, registry, credentials, report, aborted });
    for (const image of staged) console.log(showImage(image));
    return;
  }
  const moveVersionTags = values['move-version-tags'];
  const plan = await planLine({ workspace, line, platforms, lock, date, moveVersionTags }, registry);
  if (values['dry-run']) {
    console.log(showPlan(plan));
    return;
  }
  const { variants } = await publishPlan(workspace, plan, { registry, report, aborted });
  for (const { digest, tags } of Object.values(variants))
    for (const tag of tags) console.log(`${showRepository(repository)}:${tag} ${digest}`);
});
