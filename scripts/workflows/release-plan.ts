import type { LockFile } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { PipelineError } from '../problems/pipeline-error.ts';
import { type LineRow, lineRows, publishedLines } from './line-rows.ts';
import { lineOfVersion, parseReleaseTag, type ReleaseTag, showReleaseTag } from './release-tag.ts';

/** Which release is asked for: by a pushed tag, or by the name of a line. */
export type ReleaseWish = { readonly tag: string } | { readonly line: string };

export interface ReleasePlan {
  readonly line: string;
  /** The git tag of the release; one that was not pushed is made with the release. */
  readonly tag: string;
  /** What its image tags bear: UTC, yyyymmdd. */
  readonly date: string;
  /** Whether the committed lock has the line. */
  readonly locked: boolean;
  readonly matrix: { readonly include: readonly LineRow[] };
}

/** What the jobs of release.yml are to do. Throws VP901 for a tag, VP103 for a line that cannot be released. */
export function planRelease(
  wish: ReleaseWish,
  lines: readonly ReleaseLine[],
  lock: LockFile | null,
  today: string,
): ReleasePlan {
  const published = publishedLines(lines);
  const { line, ...release } = 'tag' in wish ? byTag(wish.tag, published, today) : byLine(wish.line, published, today);
  const include = lineRows(line, lock);
  const locked = include.every((row) => row.locked);
  return { line: line.line, tag: showReleaseTag(release), date: release.date, locked, matrix: { include } };
}

type Chosen = ReleaseTag & { readonly line: ReleaseLine };

function byTag(tag: string, lines: readonly ReleaseLine[], today: string): Chosen {
  const release = parseReleaseTag(tag, today);
  return { line: lineOfVersion(release.valkey, lines), ...release };
}

function byLine(name: string, lines: readonly ReleaseLine[], today: string): Chosen {
  const line = lines.find((each) => each.line === name);
  if (line?.valkey === undefined) {
    const names = lines.map((each) => each.line).join(', ');
    throw new PipelineError('VP103', `there is no published line ${name}`, { fix: `write one of ${names}` });
  }
  return { line, valkey: line.valkey, date: today };
}
