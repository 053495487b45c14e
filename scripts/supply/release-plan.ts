import { appendFile } from 'node:fs/promises';
import type { LockFile } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { isDay } from '../lib/calendar-day.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { type Architecture, architectureOf, type Platform } from '../lib/platform.ts';

/** A release is asked for by a pushed tag, or by the name of a line. */
export type ReleaseWish = { readonly tag: string } | { readonly line: string };

interface ReleasePlan {
  readonly line: string;
  /** The git tag of the release; one that was not pushed is made with the release. */
  readonly tag: string;
  /** The date that its image tags bear: UTC, yyyymmdd. */
  readonly date: string;
  /** The committed lock has the line. */
  readonly locked: boolean;
  readonly matrix: { readonly include: readonly LineRow[] };
}

/** The plan of release.yml's jobs. Throws VP901 for a tag, VP103 for a line that cannot be released. */
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

/**
 * A git tag asks for a release: `v9.0.4-20261122` is that of the line whose server is 9.0.4; its image tags bear the
 * date.
 */
interface ReleaseTag {
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

/**
 * Reads a tag. Throws VP901 for another form, a day that does not exist, and one that has not begun (`today`: UTC,
 * yyyymmdd).
 */
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
function lineOfVersion(valkey: string, lines: readonly ReleaseLine[]): ReleaseLine {
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

/** One job of a matrix: a line on the runner of one platform. */
interface LineRow {
  readonly line: string;
  readonly platform: Platform;
  readonly arch: Architecture;
  readonly runner: string;
  /** The committed lock has the line: then exactly that is built, and nothing is looked up. */
  readonly locked: boolean;
}

export function lineRows(
  { line, platforms }: Pick<ReleaseLine, 'line' | 'platforms'>,
  lock: LockFile | null,
): LineRow[] {
  const locked = lock !== null && Object.hasOwn(lock.lines, line);
  return platforms.map((platform) => ({
    line,
    platform,
    arch: architectureOf(platform),
    runner: runnerOf[platform],
    locked,
  }));
}

/**
 * The lines that are published: built on an image of a registry, with a version that is known before anything is built.
 */
export function publishedLines(lines: readonly ReleaseLine[]): ReleaseLine[] {
  return lines.filter(({ base, valkey }) => 'image' in base && valkey !== undefined);
}

/**
 * GitHub's own runner for each platform, by its exact system: `ubuntu-latest` moves. Both are native: nothing that is
 * released was built or tested under emulation.
 */
const runnerOf: Readonly<Record<Platform, string>> = {
  'linux/amd64': 'ubuntu-24.04',
  'linux/arm64': 'ubuntu-24.04-arm',
};

/**
 * The outputs of a job, for later ones. Text stays as it is, everything else is JSON: `fromJSON` in a workflow reads
 * it.
 */
type JobOutputs = Readonly<Record<string, unknown>>;

/**
 * Prints the outputs as JSON, so that the verb can be tried anywhere, and appends them to the file that GitHub Actions
 * names in GITHUB_OUTPUT, if there is one.
 */
export async function writeOutputs(outputs: JobOutputs, file: string | undefined): Promise<void> {
  console.log(JSON.stringify(outputs, null, 2));
  if (file) await appendFile(file, formatOutputs(outputs));
}

/** `name=value` lines. Throws for a value of more than one line, which could set other outputs. */
export function formatOutputs(outputs: JobOutputs): string {
  const lines = Object.entries(outputs).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (/[\r\n]/.test(text)) throw new Error(`the output ${name} has more than one line`);
    return `${name}=${text}\n`;
  });
  return lines.join('');
}
