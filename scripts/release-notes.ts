import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHistory } from './changed/history.ts';
import { utcDay } from './pipeline/calendar-day.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace, releasePath } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { currentPoint, ownCommits, pointAt, publishedImages } from './release-notes/collect.ts';
import { recordsOf, writeGitHubRelease } from './release-notes/github-release.ts';
import { previousRelease } from './release-notes/previous-release.ts';
import { releaseNotes } from './release-notes/release-notes.ts';
import { showReleaseTag } from './workflows/release-tag.ts';

const usage = `npm run release-notes -- --line LINE [--from REF] [--tag TAG] [--create]
Prints what differs between a release of a line and the one before it, and writes it to dist/release/<line>/notes.md.
  --line LINE  as modules/releases/<line>.yaml names it
  --from REF   what to compare with: by default the last release tag of the line that HEAD has behind it
  --tag TAG    the tag of this release: by default the version of its server and today's date (UTC)
  --create     also makes the release on GitHub, or brings it up to date; needs gh and a token that may write contents`;

const options = {
  line: { type: 'string', default: '' },
  from: { type: 'string', default: '' },
  tag: { type: 'string', default: '' },
  create: { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'release-notes', usage, options }, async ({ values, report }) => {
  const { line, from, create } = values;
  if (line === '') throw new PipelineError('VP901', 'npm run release-notes: --line is missing');
  const workspace = openWorkspace();
  const history = openHistory();
  const now = await currentPoint(workspace, line);
  const tag = values.tag || showReleaseTag({ valkey: now.line.valkey ?? line, date: utcDay(new Date()) });

  const versionAt = async (each: string) => (await pointAt(history, each, line))?.line.valkey ?? null;
  const before = from || (await previousRelease(await history.tags('v*-*'), tag, versionAt));
  const commit = before === null ? null : await history.commit(before);
  if (before !== null && commit === null) {
    throw new PipelineError('VP901', `--from: there is no such tag or commit, got ${before}`, {
      fix: 'write one that git log shows; a shallow clone has few',
    });
  }
  report(before === null ? `${tag}: no earlier release of ${line}` : `${tag}: compared with ${before}`);
  const notes = releaseNotes({
    now,
    before: before === null || commit === null ? null : { tag: before, point: await pointAt(history, commit, line) },
    commits: commit === null ? [] : await ownCommits(history, commit),
    project: projectUrl(),
    images: await publishedImages(workspace, line),
  });
  console.log(notes);

  const file = join(releasePath(workspace, line), 'notes.md');
  await mkdir(releasePath(workspace, line), { recursive: true });
  await writeFile(file, notes);
  if (!create) return;
  const assets = await recordsOf(workspace, line);
  const head = (await history.commit('HEAD')) ?? 'HEAD';
  await writeGitHubRelease({ tag, title: `${tag.slice(1)} (line ${line})`, notes: file, assets, commit: head });
  report(`made the release ${tag}`);
});

/** GitHub Actions names itself and the repository; elsewhere commits are not linked. */
function projectUrl(): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  return server && repository ? `${server}/${repository}` : null;
}
