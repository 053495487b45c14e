import { readLock } from './data/lock.ts';
import { listLines, loadLine } from './data/release-line.ts';
import { utcDay } from './lib/calendar-day.ts';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { openWorkspace } from './lib/workspace.ts';
import { lineRows, planRelease, publishedLines, writeOutputs } from './supply/release-plan.ts';

const usage = `npm run release-plan -- --tag TAG | --line LINE | --all
Says what the jobs of a workflow are to do: which line, from which lock, on which runners.
  --tag TAG    a release tag, v<version of Valkey>-<yyyymmdd>; an empty one counts as none
  --line LINE  a published line, as modules/releases/<line>.yaml names it; it is released with today's date (UTC)
  --all        every published line, for the nightly build
Example: npm run release-plan -- --tag v9.0.6-20261122`;

const options = {
  tag: { type: 'string', default: '' },
  line: { type: 'string', default: '' },
  all: { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'release-plan', usage, options }, async ({ values, report }) => {
  const workspace = openWorkspace();
  const lines = listLines(workspace).map((name) => loadLine(workspace, name));
  const { tag, line, all } = values;
  if ([tag !== '', line !== '', all].filter(Boolean).length !== 1) {
    throw new PipelineError('VP901', 'npm run release-plan: one of --tag, --line and --all is needed');
  }
  const output = process.env['GITHUB_OUTPUT'];
  if (all) {
    const lock = readLock(workspace);
    const include = publishedLines(lines).flatMap((each) => lineRows(each, lock));
    return writeOutputs({ locked: include.every((row) => row.locked), matrix: { include } }, output);
  }
  const plan = planRelease(tag === '' ? { line } : { tag }, lines, readLock(workspace), utcDay(new Date()));
  report(
    `release ${plan.tag}: line ${plan.line}, ${plan.locked ? 'as locked' : 'resolved now: the committed lock does not have it'}`,
  );
  await writeOutputs({ ...plan }, output);
});
