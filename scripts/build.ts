import { resolve } from 'node:path';
import { showArtifacts } from './image/artifacts.ts';
import { buildLine, groupsOf } from './image/build-line.ts';
import { readBuild, showPlan } from './image/plan.ts';
import { readJobs } from './image/schedule.ts';
import { runVerb } from './lib/command-line.ts';
import { nativePlatform, readPlatform } from './lib/platform.ts';
import { openWorkspace } from './lib/workspace.ts';

const usage = `npm run build [-- MODULE ...] [--line LINE] [--platform PLATFORM] [--jobs N] [--cache FOLDER] [--no-cache] [--dry-run]
Builds modules from their pinned sources into dist/artifacts/<line>/<architecture>, each by modules/<name>/Dockerfile, which also checks that
the server would load it. What BuildKit has in its cache, made of the same inputs, is not built again.
  MODULE               only these modules; by default all that the line builds from source
  --line LINE          the release line; by default local
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --jobs N             how many compilers run at the same time; by default what cores and memory allow
  --cache FOLDER       take modules with the same inputs out of BuildKit's cache there, and keep there what was built: for another machine. Needs
                       a builder that writes caches: docker buildx create --use makes one
  --no-cache           compile anew, without the caches of BuildKit and of the compiler; toolchains stay
  --dry-run            print the exact build, and do nothing
Example: npm run build -- search --line 9.0`;

const options = {
  line: { type: 'string', default: 'local' },
  platform: { type: 'string' },
  jobs: { type: 'string' },
  cache: { type: 'string' },
  'no-cache': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'build', usage, options, positionals: Number.POSITIVE_INFINITY }, async (verb) => {
  const { values, positionals: only, aborted, report } = verb;
  const { line } = values;
  const workspace = openWorkspace();
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const jobs = values.jobs === undefined ? undefined : readJobs(values.jobs);
  if (values['dry-run']) {
    const { plan } = readBuild(workspace, line, only);
    process.stdout.write(showPlan(workspace, plan, platform, await groupsOf(plan.modules, { jobs, report })));
    return;
  }
  const cache = values.cache === undefined ? undefined : resolve(values.cache);
  const noCache = values['no-cache'];
  await buildLine(
    { workspace, line, platform, only, jobs, cache, noCache, aborted, report },
    async ({ folder, built }) => {
      console.log(await showArtifacts(folder, built));
    },
  );
});
