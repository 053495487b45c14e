import { listLines, loadLine, type ReleaseLine } from './data/release-line.ts';
import { reportNewer, takeNewer } from './inputs/newer.ts';
import { checkLocked, resolveLines } from './inputs/resolve-lines.ts';
import { showResolvePlan } from './inputs/show-plans.ts';
import { type Invocation, runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { openWorkspace } from './lib/workspace.ts';
import { publishedLines } from './supply/release-plan.ts';

const usage = `npm run resolve [-- --line LINE ... | --published] [--update [--newer] | --locked | --check [--json]] [--dry-run]
Writes modules/lock.json: tags to commits, base images to digests, Debian packages to versions and checksums; and, by cargo, the Cargo.lock that
the project keeps for a module that has none (modules/<name>/Cargo-<tag>.lock).
What is locked stays, unless the release line asks for something else.
  --line LINE  only this release line; may stand several times
  --published  only the lines that are published
  --update     take what every tag and name means today, also where the lock says something else
  --newer      with --update: first write newer patch releases of server and modules into the lines. dist/newer.md lists
               them, and newer version lines, which are not taken
  --locked     write nothing and ask nobody: fail if lock.json is not what the release lines ask for
  --check      write nothing: report newer releases of modules and base images
  --json       with --check: as JSON
  --dry-run    print what would be asked, and ask nobody
Example: npm run resolve -- --line 9.0`;

const options = {
  line: { type: 'string', multiple: true },
  published: { type: 'boolean' },
  update: { type: 'boolean' },
  newer: { type: 'boolean' },
  locked: { type: 'boolean' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

await runVerb({ name: 'resolve', usage, options }, async ({ values, aborted, report }: Invocation<typeof options>) => {
  const { published = false, update = false, newer = false, locked = false, check = false, json = false } = values;
  if (Number(update) + Number(locked) + Number(check) > 1 || (json && !check) || (newer && !update)) {
    throw new PipelineError(
      'VP901',
      'npm run resolve: --update, --locked and --check exclude each other; --json goes with --check, --newer with --update',
    );
  }
  if (published && values.line !== undefined) {
    throw new PipelineError('VP901', 'npm run resolve: --line and --published exclude each other');
  }
  const workspace = openWorkspace();
  const load = (names: readonly string[]): ReleaseLine[] => names.map((name) => loadLine(workspace, name));
  const named = load(values.line ?? listLines(workspace));
  const lines = published ? publishedLines(named) : named;
  const isComplete = values.line === undefined && !published;
  if (values['dry-run']) for (const row of showResolvePlan(workspace, lines, { update, isComplete })) console.log(row);
  else if (locked) console.log(checkLocked(workspace, lines, isComplete));
  else if (check) await reportNewer(workspace, lines, { json, aborted, report });
  else {
    if (newer) await takeNewer(workspace, lines, { aborted, report });
    const current = newer ? load(lines.map(({ line }) => line)) : lines;
    await resolveLines(workspace, current, { update, isComplete, aborted, report });
  }
});
