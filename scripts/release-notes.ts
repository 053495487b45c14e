import { join } from 'node:path';
import { loadLine } from './data/release-line.ts';
import { utcDay } from './lib/calendar-day.ts';
import { runVerb } from './lib/command-line.ts';
import { writeWhole } from './lib/files.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { openWorkspace, releasePath } from './lib/workspace.ts';
import { readPublished } from './publish/release-file.ts';
import { propertyOf, readImages, registryFor } from './supply/image-content.ts';
import { previousRelease, recordsOf, releaseCommands, releaseNotes, runTool } from './supply/notes.ts';
import { showReleaseTag } from './supply/release-plan.ts';

const usage = `npm run release-notes -- --line LINE [--tag TAG] [--from TAG] [--create]
Prints what the published images of a line consist of, and what differs from the release before it: by the lists of components in both.
Writes it to dist/release/<line>/notes.md.
  --line LINE  as modules/releases/<line>.yaml names it; npm run publish has to have left its release.json
  --tag TAG    the tag of this release: by default the version of its server and today's date (UTC)
  --from TAG   what to compare with: by default the last release tag of the line that HEAD has behind it
  --create     also makes the release on GitHub, with GitHub's own list of what was merged; needs gh, and a token that may write contents
Example: npm run release-notes -- --line 9.0 --tag v9.0.6-20261122`;

const options = {
  line: { type: 'string', default: '' },
  tag: { type: 'string', default: '' },
  from: { type: 'string', default: '' },
  create: { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'release-notes', usage, options }, async ({ values, aborted, report }) => {
  if (values.line === '') throw new PipelineError('VP901', 'npm run release-notes: --line is missing');
  const workspace = openWorkspace();
  const { line, valkey = values.line } = loadLine(workspace, values.line);
  const published = await readPublished(workspace, line);
  const [variant] = Object.values(published?.variants ?? {});
  if (published === null || variant === undefined) {
    const fix = `npm run publish -- --line ${line}`;
    throw new PipelineError('VP520', 'nothing is published yet', { where: `line ${line}`, fix });
  }
  const { registry } = await registryFor(published.repository, aborted);
  const tag = values.tag || showReleaseTag({ valkey, date: utcDay(new Date()) });
  const before = await releaseBefore();
  report(before === null ? `${tag}: no earlier release of ${line}` : `${tag}: compared with ${before.tag}`);
  const now = await documentOf(variant.digest);
  if (now === null) throw new PipelineError('VP402', 'the registry has nothing under it', { where: variant.digest });
  const images = Object.values(published.variants).map(({ digest, tags }) => ({
    reference: `${published.repository}@${digest}`,
    tags,
  }));
  const notes = releaseNotes({ now, before, images });
  console.log(notes);

  const file = join(releasePath(workspace, line), 'notes.md');
  await writeWhole(file, notes);
  if (!values.create) return;
  const commit = (await runTool('git', ['rev-parse', 'HEAD'])).trim();
  const title = `${tag.slice(1)} (line ${line})`;
  const assets = await recordsOf(workspace, line);
  const release = { tag, title, notes: file, before: before?.tag ?? null, assets, commit };
  const exists = await runTool('gh', ['release', 'view', tag, '--json', 'tagName']).then(
    () => true,
    () => false,
  );
  for (const args of releaseCommands(release, exists)) await runTool('gh', args);
  report(`made the release ${tag}`);

  async function releaseBefore(): Promise<Parameters<typeof releaseNotes>[0]['before']> {
    if (values.from !== '') return { tag: values.from, document: await documentOf(values.from.replace(/^v/, '')) };
    const tags = (await runTool('git', ['tag', '--list', 'v*-*', '--merged', 'HEAD'])).split('\n');
    return previousRelease(tags, tag, (each) => documentOf(each.replace(/^v/, '')));
  }

  /**
   * The list of components of the first platform; null where the registry has no image of this line under the
   * reference.
   */
  async function documentOf(reference: string) {
    if ((await registry.manifest(reference)) === null) return null;
    const found = await readImages(registry, reference).catch((error: unknown) => {
      // An image that somebody else put there.
      if (error instanceof PipelineError && (error.code === 'VP605' || error.code === 'VP620')) return [];
      throw error;
    });
    const document = found[0]?.document;
    return document !== undefined && propertyOf(document.metadata.component, 'line') === line ? document : null;
  }
});
