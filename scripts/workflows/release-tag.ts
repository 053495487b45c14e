import type { ReleaseLine } from '../data/release-line.ts';
import { isDay } from '../pipeline/calendar-day.ts';
import { PipelineError } from '../problems/pipeline-error.ts';

/** What a git tag asks for: `v9.0.4-20261122` releases the line whose server is 9.0.4, with the date that its image tags bear. */
export interface ReleaseTag {
  readonly valkey: string;
  /** UTC, yyyymmdd. */
  readonly date: string;
}

const form = /^v(?<valkey>\d+\.\d+\.\d+(?:-rc\d+)?)-(?<date>\d{8})$/;

/** Null for a tag of another form. */
export function readReleaseTag(tag: string): ReleaseTag | null {
  const { valkey, date } = form.exec(tag)?.groups ?? {};
  return valkey === undefined || date === undefined ? null : { valkey, date };
}

/** Reads a tag. Throws VP901 for another form, a day that does not exist, and one that has not begun (`today`: UTC, yyyymmdd). */
export function parseReleaseTag(tag: string, today: string): ReleaseTag {
  const release = readReleaseTag(tag);
  if (release === null) {
    throw wrong(tag, 'not the form of a release tag', `v<version of Valkey>-<yyyymmdd>, for example v9.0.4-${today}`);
  }
  const { date } = release;
  if (!isDay(date)) throw wrong(tag, `there is no day ${date}`, `the UTC date, today ${today}`);
  if (date > today) throw wrong(tag, `the day ${date} has not begun`, `the UTC date, today ${today}`);
  return release;
}

export function showReleaseTag({ valkey, date }: ReleaseTag): string {
  return `v${valkey}-${date}`;
}

/** The line that a version belongs to. Throws VP901 if no line has it, or more than one. */
export function lineOfVersion(valkey: string, lines: readonly ReleaseLine[]): ReleaseLine {
  const [found, other] = lines.filter((line) => line.valkey === valkey);
  const versions = lines.map((line) => `${line.valkey} (line ${line.line})`).join(', ');
  if (found === undefined) {
    throw new PipelineError('VP901', `no release line has Valkey ${valkey}`, {
      fix: `release one of ${versions}; a newer version goes into modules/releases/<line>.yaml first`,
    });
  }
  if (other === undefined) return found;
  throw new PipelineError('VP901', `Valkey ${valkey} is in more than one line: ${found.line}, ${other.line}`, {
    fix: 'start the workflow by hand, with the line',
  });
}

function wrong(tag: string, what: string, fix: string): PipelineError {
  return new PipelineError('VP901', `${what}, got ${tag}`, { fix: `write ${fix}` });
}
