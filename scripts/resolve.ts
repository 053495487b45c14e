import { listLines, loadLine } from './data/release-line.ts';
import { reportNewer } from './inputs/newer.ts';
import { checkLocked, resolveLines } from './inputs/resolve-lines.ts';
import { showResolvePlan } from './inputs/show-plans.ts';
import { type Invocation, runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';

const usage = `npm run resolve [-- --line LINE ...] [--update | --locked | --check [--json]] [--dry-run]
Writes modules/lock.json: tags to commits, base images to digests, Debian packages to versions and checksums.
What is locked stays, unless the release line asks for something else.
  --line LINE  only this release line; may stand several times
  --update     take what every tag and name means today, also where the lock says something else
  --locked     write nothing and ask nobody: fail if lock.json is not what the release lines ask for
  --check      write nothing: report newer releases of modules and base images
  --json       with --check: as JSON
  --dry-run    print what would be asked, and ask nobody`;

const options = {
  line: { type: 'string', multiple: true },
  update: { type: 'boolean' },
  locked: { type: 'boolean' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

await runVerb({ name: 'resolve', usage, options }, async ({ values, aborted, report }: Invocation<typeof options>) => {
  const { update = false, locked = false, check = false, json = false } = values;
  if (Number(update) + Number(locked) + Number(check) > 1 || (json && !check)) {
    throw new PipelineError(
      'VP901',
      'npm run resolve: --update, --locked and --check exclude each other; --json goes with --check',
    );
  }
  const workspace = openWorkspace();
  const lines = (values.line ?? listLines(workspace)).map((name) => loadLine(workspace, name));
  const isComplete = values.line === undefined;
  if (values['dry-run']) for (const row of showResolvePlan(workspace, lines, { update, isComplete })) console.log(row);
  else if (locked) console.log(checkLocked(workspace, lines, isComplete));
  else if (check) await reportNewer(workspace, lines, { json, aborted, report });
  else await resolveLines(workspace, lines, { update, isComplete, aborted, report });
});
