import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { byNumber } from '../data/version.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { attempt } from '../lib/run.ts';
import { lockPath, paths, releasePath, type Workspace } from '../lib/workspace.ts';
import { propertyOf, type SbomComponent, type sbomDocument } from './image-content.ts';
import { readReleaseTag } from './release-plan.ts';

type Document = z.infer<typeof sbomDocument>;

export interface NotesInput {
  /** The list of components of this release's image. */
  readonly now: Document;
  /** The release of the line before this one; `document` is null where its image cannot be found. */
  readonly before: { readonly tag: string; readonly document: Document | null } | null;
  /** The digests that the tags of the release lead to. */
  readonly images: readonly { readonly reference: string; readonly tags: readonly string[] }[];
}

/** The part of the notes that GitHub cannot write, as Markdown: the images of a release, and what they consist of. */
export function releaseNotes({ now, before, images }: NotesInput): string {
  const was = before?.document ?? null;
  const { rows, hidden } = changes(was === null ? new Map() : partsOf(was), partsOf(now));
  const sections = [
    before === null ? 'First release of this line.' : `Changes since ${plain(before.tag)}.`,
    ...(before !== null && was === null
      ? ['What that release consisted of is not known: its image is gone, and everything counts as new.']
      : []),
    '## Images',
    images.map(({ reference, tags }) => `- \`${reference}\`: ${tags.map((tag) => `\`${tag}\``).join(', ')}`).join('\n'),
    '## What is in it',
    ['| part | version | commit or digest | change |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    ...(hidden === 0
      ? []
      : [`Not listed: ${hidden} Debian packages and crates ${was === null ? '' : 'as before'}`.trim()]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** One part of an image. `id` is a commit or digest: what the version really meant. */
interface Part {
  readonly name: string;
  readonly version: string;
  readonly id: string | null;
  readonly repository: string | null;
  /** One of hundreds: it has a row only where it differs. */
  readonly isMinor: boolean;
}

/** The parts of an image by what they are, whatever their version; one that is there in two versions has both. */
function partsOf({ components }: Document): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const component of components) {
    const key = keyOf(component);
    const part = partOf(component);
    const other = parts.get(key);
    parts.set(key, other === undefined ? part : { ...part, version: `${other.version}, ${part.version}` });
  }
  return parts;
}

function keyOf({ 'bom-ref': key, purl }: SbomComponent): string {
  if (key.startsWith('base:')) return 'base';
  return key.startsWith('module:') || purl === undefined ? key : purl.replace(/[@?].*$/, '');
}

function partOf(component: SbomComponent): Part {
  const { 'bom-ref': key, name, version, purl = '', externalReferences } = component;
  const repository = externalReferences.find(({ type }) => type === 'vcs')?.url ?? null;
  if (key.startsWith('base:')) return { name: 'base', version: name, id: version ?? null, repository, isMinor: false };
  const isMinor = !key.startsWith('module:') && /^pkg:(deb|cargo)\//.test(purl);
  return { name, version: version ?? 'as found', id: propertyOf(component, 'commit'), repository, isMinor };
}

/** A row a part, those of the new release first; `hidden` counts the minor ones that are as before. */
function changes(was: ReadonlyMap<string, Part>, now: ReadonlyMap<string, Part>): { rows: string[]; hidden: number } {
  const isShown = (key: string, part: Part): boolean => {
    const other = was.get(key);
    if (!part.isMinor) return true;
    return was.size > 0 && (other === undefined || other.version !== part.version);
  };
  const present = [...now].filter(([key, part]) => isShown(key, part));
  const gone = [...was].filter(([key]) => !now.has(key));
  return {
    rows: [
      ...present.map(([key, part]) => showRow(part, showChange(was.get(key), part))),
      ...gone.map(([, part]) => showRow(part, '**removed**')),
    ],
    hidden: now.size - present.length,
  };
}

function showRow({ name, version, id, repository }: Part, change: string): string {
  return `| ${plain(name)} | ${plain(version)} | ${showId(id, repository)} | ${change} |`;
}

function showChange(was: Part | undefined, now: Part): string {
  if (was === undefined) return '**new**';
  const isSameVersion = was.version === now.version;
  if (isSameVersion && was.id === now.id) return 'as before';
  const text = isSameVersion ? '**same name, other content**' : `**${plain(was.version)} → ${plain(now.version)}**`;
  const base = was.repository === now.repository ? onGitHub(now.repository) : null;
  const link = base === null || was.id === null || now.id === null ? null : `${base}/compare/${was.id}...${now.id}`;
  return link === null ? text : `${text} ([changes](${link}))`;
}

/** A commit or digest, short enough to read, linked where its host is known. */
function showId(id: string | null, repository: string | null): string {
  if (id === null) return '';
  const short = `\`${/^[0-9a-f]{40,}$/.test(id) ? id.slice(0, 12) : id}\``;
  const base = onGitHub(repository);
  return base === null ? short : `[${short}](${base}/commit/${id})`;
}

function onGitHub(repository: string | null): string | null {
  const found = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+?(?=\.git$|\/?$)/.exec(repository ?? '');
  return found?.[0] ?? null;
}

/**
 * Text that shows as it is: no markup, no mention of a user or an issue (a space without width breaks it), no cell
 * border.
 */
function plain(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]()#|~!>]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[@#](?=\w)/g, '$&&#8203;')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * The line's release before `own`, out of the tags that HEAD has behind it; null if there was none. `documentAt`: the
 * list of components of the image that was released with a tag, or null where that was not a release of this line.
 */
export async function previousRelease(
  tags: readonly string[],
  own: string,
  documentAt: (tag: string) => Promise<Document | null>,
): Promise<{ readonly tag: string; readonly document: Document } | null> {
  const ownDate = readReleaseTag(own)?.date ?? '99999999';
  const earlier = tags
    .flatMap((tag) => {
      const release = readReleaseTag(tag);
      return release === null || tag === own || release.date > ownDate ? [] : [{ tag, date: release.date }];
    })
    .sort((one, other) => byNumber(other.date, one.date) || byNumber(other.tag, one.tag));
  for (const { tag } of earlier) {
    const document = await documentAt(tag);
    if (document !== null) return { tag, document };
  }
  return null;
}

interface GitHubRelease {
  readonly tag: string;
  readonly title: string;
  /** File with the Markdown. */
  readonly notes: string;
  /** The tag of the release before: GitHub lists what was merged since then. */
  readonly before: string | null;
  readonly assets: readonly string[];
  /** The commit that the tag is made at, if it is not there yet. */
  readonly commit: string;
}

/**
 * The calls of gh, in order. A release that is there keeps its words and gets the files: an upload was cut off before.
 */
export function releaseCommands(release: GitHubRelease, exists: boolean): string[][] {
  const { tag, title, notes, before, assets, commit } = release;
  if (exists) {
    return [
      ['release', 'upload', tag, '--clobber', ...assets],
      ['release', 'edit', tag, '--draft=false'],
    ];
  }
  const generated = before === null ? [] : ['--generate-notes', '--notes-start-tag', before];
  return [
    ['release', 'create', tag, '--title', title, '--notes-file', notes, ...generated, '--target', commit, ...assets],
  ];
}

/** The files that are kept with a release: the lock that it was built from, and the records of its steps. */
export async function recordsOf(workspace: Workspace, line: string): Promise<string[]> {
  const folder = releasePath(workspace, line);
  const files = await readdir(folder).catch(() => []);
  const records = files.filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
  return [lockPath(workspace), ...records].sort();
}

/** Runs git or gh in the project, and gives what it prints. Throws VP907 if it fails, VP902 if it is not there. */
export async function runTool(tool: 'git' | 'gh', args: readonly string[]): Promise<string> {
  const ran = await attempt({ cwd: paths.root })`${tool} ${args}`;
  if (ran.exitCode === 0) return ran.stdout;
  if (ran.exitCode === 127) throw new PipelineError('VP902', `${tool} cannot be run`, { fix: `install ${tool}` });
  throw new PipelineError('VP907', `${tool} ${args.join(' ')} ended with ${ran.exitCode ?? 'no exit code'}`, {
    details: ran.stderr,
  });
}
