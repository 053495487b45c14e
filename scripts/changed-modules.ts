import { changedBuilds } from './changed/changed-builds.ts';
import { currentState, stateAt } from './changed/data-state.ts';
import { openHistory } from './changed/history.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { writeOutputs } from './workflows/job-outputs.ts';

const usage = `npm run changed-modules -- --from COMMIT
Says which modules of which published lines a change can have an effect on, as the matrix of ci.yml.
  --from COMMIT  what to compare HEAD with; if it is not in this working copy, every module counts as changed`;

await runVerb({ name: 'changed-modules', usage, options: { from: { type: 'string', default: '' } } }, async (verb) => {
  const history = openHistory();
  const from = await history.commit(verb.values.from);
  const after = currentState(openWorkspace());
  const before = from === null ? null : await stateAt(history, from);
  const rows = changedBuilds(from === null ? [] : await history.changedSince(from), before, after);
  for (const { line, module, platform, why } of rows) verb.report(`${line} ${module} ${platform}: ${why}`);
  verb.report(rows.length === 0 ? 'no module has to be built' : `${rows.length} builds`);
  await writeOutputs({ any: rows.length > 0, matrix: { include: rows } }, process.env['GITHUB_OUTPUT']);
});
