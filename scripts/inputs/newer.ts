import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isScalar, parseDocument, stringify } from 'yaml';
import { type LockedLine, readLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { compareReleases, isSameLine, readRelease, releasesLike } from '../data/version.ts';
import { type WantedLine, type WantedSource, wantedLine } from '../data/wanted.ts';
import { writeWhole } from '../lib/files.ts';
import { releasesPath, type Workspace } from '../lib/workspace.ts';
import { listTags, resolveBaseImage } from './base-image.ts';
import { type DebianArchive, withDebianArchive } from './debian-archive.ts';
import { askRemotes, type RemoteRefs } from './git.ts';
import { defaultPatience, type Patience, type Remote } from './remote.ts';
import { resolveDebianPackage, resolveDebianSource } from './resolve-line.ts';

/** Something newer than what a release line has. */
export interface Newer {
  readonly line: string;
  /** base, or the name of a module. */
  readonly input: string;
  /**
   * patch: a newer release of the same version line; line: the newest release of later version lines; rebuild: the
   * base's tag leads to another image than the locked one; package: the Debian archive has another version than the
   * locked one.
   */
  readonly kind: 'patch' | 'line' | 'rebuild' | 'package';
  readonly current: string;
  readonly available: string;
}

interface NewerResult {
  readonly newer: readonly Newer[];
  /** The inputs that could not be asked for, and why. */
  readonly failures: readonly { readonly line: string; readonly input: string; readonly error: unknown }[];
}

interface Look {
  readonly wanted: WantedLine;
  readonly locked: LockedLine | undefined;
  readonly remote: Remote;
  readonly archive: DebianArchive;
  readonly refsOf: (repository: string) => Promise<RemoteRefs>;
}

type Found = Omit<Newer, 'line' | 'input'>;

/** Asks every remote of a line for what is newer there. A remote that fails does not hide what the others have. */
export async function findNewer(
  workspace: Workspace,
  line: ReleaseLine,
  locked: LockedLine | undefined,
  { patience = defaultPatience, ...access }: { patience?: Patience } & Omit<Remote, 'patience'>,
): Promise<NewerResult> {
  const remote = { patience, ...access };
  const wanted = wantedLine(line, loadManifests(workspace.modules), locked?.base);
  return await withDebianArchive(remote, async (archive) => {
    const look: Look = { wanted, locked, remote, archive, refsOf: askRemotes(remote) };
    const newer: Newer[] = [];
    const failures: NewerResult['failures'][number][] = [];
    const inputs: [string, () => Promise<Found[]>][] = [
      ['base', () => newerBase(look)],
      ...Object.entries(wanted.modules).map(([name, source]): [string, () => Promise<Found[]>] => [
        name,
        () => newerModule(name, source, look, line.modules[name]?.below),
      ]),
    ];
    for (const [input, find] of inputs) {
      try {
        newer.push(...(await find()).map((found) => ({ line: line.line, input, ...found })));
      } catch (error) {
        remote.aborted.throwIfAborted();
        failures.push({ line: line.line, input, error });
      }
    }
    return { newer, failures };
  });
}

async function newerBase({ wanted: { base, architectures }, locked, remote, archive }: Look): Promise<Found[]> {
  if (base.kind === 'debian') {
    const known = locked?.base.kind === 'debian' ? locked.base.valkey.version : undefined;
    return otherPackage(known, (await resolveDebianPackage(base.valkey, architectures, archive)).version);
  }
  // A newer line of the server is a release line of its own.
  const patches = newerReleases(base.tag, await listTags(base.image, remote)).filter(({ kind }) => kind === 'patch');
  const known = locked?.base.kind === 'image' && locked.base.reference === base.reference ? locked.base.digest : null;
  if (known === null) return patches;
  const { digest } = await resolveBaseImage(base, architectures, remote);
  return digest === known ? patches : [...patches, { kind: 'rebuild', current: known, available: digest }];
}

async function newerModule(name: string, source: WantedSource, look: Look, below?: string): Promise<Found[]> {
  if (source.kind === 'git') {
    const { tags } = await look.refsOf(source.repository);
    return newerReleases(source.tag, tags.keys(), below);
  }
  const locked = look.locked?.modules[name];
  const known =
    locked !== undefined && locked.kind !== 'git' && locked.kind === source.kind ? locked.version : undefined;
  const { version } =
    source.kind === 'debian-source'
      ? await resolveDebianSource(source, look.archive)
      : await resolveDebianPackage(source, look.wanted.architectures, look.archive);
  return otherPackage(known, version);
}

/**
 * The newest release of the same version line, and the newest of later ones. Candidates and other kinds of tags do not
 * count, nor do releases from `below` on.
 */
export function newerReleases(current: string, known: Iterable<string>, below?: string): Found[] {
  const now = readRelease(current);
  const bound = below === undefined ? null : readRelease(below);
  if (now === null) return [];
  const newer = releasesLike(current, known).filter(
    (release) => compareReleases(release, now) > 0 && (bound === null || compareReleases(release, bound) < 0),
  );
  const patch = newer.find((release) => isSameLine(release, now));
  const later = newer.find((release) => !isSameLine(release, now));
  return [
    ...(patch === undefined ? [] : [{ kind: 'patch', current, available: patch.tag } as const]),
    ...(later === undefined ? [] : [{ kind: 'line', current, available: later.tag } as const]),
  ];
}

function otherPackage(current: string | undefined, available: string): Found[] {
  return current === undefined || current === available ? [] : [{ kind: 'package', current, available }];
}

const meaning = {
  patch: 'a newer release of the same version line',
  line: 'a newer version line',
  rebuild: 'the same tag leads to another image',
  package: 'the Debian archive has another version',
} as const satisfies Record<Newer['kind'], string>;

/**
 * Prints what is newer than the lines have: one line of text each, or all as JSON `{ "newer": [...] }`. Throws the
 * first failure after it has printed what the other remotes said.
 */
export async function reportNewer(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  { json, ...options }: { readonly json: boolean } & Parameters<typeof findNewer>[3],
): Promise<void> {
  const locked = readLock(workspace).lines;
  const newer: Newer[] = [];
  const failures: NewerResult['failures'][number][] = [];
  for (const line of lines) {
    const result = await findNewer(workspace, line, locked[line.line], options);
    newer.push(...result.newer);
    failures.push(...result.failures);
  }
  if (json) console.log(JSON.stringify({ version: 1, newer }, null, 2));
  else if (newer.length === 0 && failures.length === 0) console.log('nothing is newer');
  else
    for (const one of newer)
      console.log(`${one.line} ${one.input}: ${one.available}, has ${one.current} (${meaning[one.kind]})`);
  const [first, ...others] = failures;
  for (const { line, input, error } of others)
    options.report(`${line} ${input}: ${error instanceof Error ? error.message : String(error)}`);
  if (first !== undefined) throw first.error;
}

/**
 * Writes newer patch releases of the server and the modules into the lines, and into dist/newer.md, as a list in
 * Markdown, what is newer. Throws the first failure of a remote: what it has is not known.
 */
export async function takeNewer(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  options: Parameters<typeof findNewer>[3],
): Promise<void> {
  const locked = readLock(workspace).lines;
  const rows: string[] = [];
  for (const line of lines) {
    const { newer, failures } = await findNewer(workspace, line, locked[line.line], options);
    const [failure] = failures;
    if (failure !== undefined) throw failure.error;
    const path = join(releasesPath(workspace), `${line.line}.yaml`);
    const text = await readFile(path, 'utf8');
    const taken = takePatches(text, newer);
    if (taken !== text) await writeWhole(path, taken);
    for (const one of newer) rows.push(showNewer(one));
  }
  for (const row of rows) options.report(row);
  await writeWhole(join(workspace.dist, 'newer.md'), rows.map((row) => `- ${row}\n`).join(''));
}

function showNewer({ line, input, kind, current, available }: Newer): string {
  return `${line} ${input}: ${current} -> ${available}${kind === 'line' ? ', not taken: a newer version line' : ''}`;
}

/**
 * The text of a release line with the patch releases in it: only the values change, comments and layout stay. Newer
 * version lines are a decision, and what is rebuilt under the same name is for the lock: neither is taken here.
 */
export function takePatches(text: string, newer: readonly Newer[]): string {
  const edits = newer.filter(({ kind }) => kind === 'patch').flatMap(editsFor);
  return edits.reduce((result, { path, value }) => replaceValue(result, path, value), text);
}

interface Edit {
  readonly path: readonly string[];
  readonly value: string;
}

/** The tag of a base image says which server is in it, and the line says so too. */
function editsFor({ input, available }: Newer): Edit[] {
  if (input !== 'base') return [{ path: ['modules', input, 'tag'], value: available }];
  const version = readRelease(available)?.version.join('.');
  const tag = { path: ['base', 'tag'], value: available };
  return version === undefined ? [tag] : [tag, { path: ['valkey'], value: version }];
}

function replaceValue(text: string, path: readonly string[], value: string): string {
  const node: unknown = parseDocument(text).getIn(path, true);
  const range = isScalar(node) ? node.range : null;
  if (!isScalar(node) || !range) throw new Error(`the line has no ${path.join('.')}`);
  const written = stringify(value, {
    defaultStringType: node.type === 'QUOTE_DOUBLE' ? 'QUOTE_DOUBLE' : 'PLAIN',
  }).trim();
  return text.slice(0, range[0]) + written + text.slice(range[1]);
}
