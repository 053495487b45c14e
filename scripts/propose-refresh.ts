import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHistory } from './changed/history.ts';
import { listLines, loadLine } from './data/release-line.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { readNotTaken } from './refresh/newer-record.ts';
import { proposalOf } from './refresh/proposal.ts';
import { openPullRequest } from './refresh/pull-request.ts';
import { currentPoint, pointAt } from './release-notes/collect.ts';
import { publishedLines } from './workflows/line-rows.ts';

const usage = `npm run propose-refresh -- [--create] [--base BRANCH]
Says what npm run take-newer changed in the published lines since the last commit.
  --create       also commits it on a branch of its own, and opens a pull request with gh
  --base BRANCH  what the pull request is for: main if not given`;

const options = { create: { type: 'boolean', default: false }, base: { type: 'string', default: 'main' } } as const;

await runVerb({ name: 'propose-refresh', usage, options }, async ({ values, report }) => {
  const workspace = openWorkspace();
  const history = openHistory();
  const lines = publishedLines(listLines(workspace).map((name) => loadLine(workspace, name)));
  const changes = await Promise.all(
    lines.map(async ({ line }) => ({
      line,
      was: await pointAt(history, 'HEAD', line),
      now: await currentPoint(workspace, line),
    })),
  );
  const proposal = proposalOf(changes, await readNotTaken(workspace));
  if (proposal === null) {
    report('nothing is newer than what is committed');
    return;
  }
  console.log(`${proposal.title}\n\n${proposal.body}`);
  if (!values.create) return;
  await mkdir(workspace.dist, { recursive: true });
  const body = join(workspace.dist, 'refresh.md');
  await writeFile(body, proposal.body);
  await openPullRequest(proposal, body, values.base);
});
