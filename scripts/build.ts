import { buildLine, groupsOf } from './build/build-line.ts';
import { engineCapacity } from './build/capacity.ts';
import { findSources } from './build/find-sources.ts';
import { prepareBase } from './build/prepare-base.ts';
import { readBuild } from './build/read-build.ts';
import { readJobs, repeatCommand, withJobs } from './build/read-options.ts';
import type { Capacity } from './build/schedule.ts';
import { showArtifacts } from './build/show-artifacts.ts';
import { showPlan } from './build/show-plan.ts';
import { fetchLine } from './inputs/fetch-line.ts';
import { ensureBuildx } from './lib/programs.ts';
import { architectureOf, nativePlatform, readPlatform } from './pipeline/platform.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { artifactsPath, openWorkspace } from './pipeline/workspace.ts';

const usage = `npm run build [-- MODULE ...] [--line LINE] [--platform PLATFORM] [--jobs N] [--no-cache] [--dry-run]
Builds modules from their pinned sources into dist/artifacts/<line>/<architecture>, and checks that the server would load them.
What is there already, made of the same inputs, is not built again.
  MODULE               only these modules; by default all that the line builds from source
  --line LINE          the release line; by default local
  --platform PLATFORM  linux/amd64 or linux/arm64; by default this machine's
  --jobs N             how many compilers run at the same time; by default what cores and memory allow
  --no-cache           compile anew, without the caches of BuildKit and of the compiler; toolchains stay
  --dry-run            print the exact build, and do nothing`;

const options = {
  line: { type: 'string', default: 'local' },
  platform: { type: 'string' },
  jobs: { type: 'string' },
  'no-cache': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'build', usage, options, positionals: Number.POSITIVE_INFINITY }, async (verb) => {
  const { values, positionals, aborted, report } = verb;
  const workspace = openWorkspace();
  const platform = values.platform === undefined ? nativePlatform() : readPlatform(values.platform);
  const jobs = values.jobs === undefined ? null : readJobs(values.jobs);
  const read = readBuild(workspace, values.line, positionals);
  const { line, locked, plan, requirePinned } = read;
  const capacity = async (): Promise<Capacity> => {
    const machine = await engineCapacity();
    return jobs === null ? machine : withJobs(jobs, machine, plan.modules, report);
  };
  if (values['dry-run']) {
    process.stdout.write(showPlan(plan, platform, groupsOf(plan.modules, await capacity())));
    return;
  }
  requirePinned();
  const only = plan.modules.map(({ name }) => name);
  const fetched = await fetchLine(workspace, line, locked, { only, aborted, report });
  const base = await prepareBase(read, platform, report);
  const { built } = await buildLine({
    workspace,
    plan,
    platform,
    base,
    sources: await findSources(workspace, plan.modules, fetched),
    buildx: () => ensureBuildx(base.local, report),
    capacity,
    noCache: values['no-cache'],
    repeat: (module) => repeatCommand(values, module === undefined ? positionals : [module]),
    aborted,
    report,
  });
  const count = Object.keys(built).length;
  report(count === 0 ? 'nothing to build: every module is there, made of the same inputs' : `${count} modules built`);
  const folder = artifactsPath(workspace, values.line, architectureOf(platform));
  console.log(await showArtifacts(folder, only));
});
