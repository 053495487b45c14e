import process from 'node:process';
import { keptCargoLock } from '../data/cargo-lock.ts';
import { type LockedLine, type LockFile, readLock, showLock, writeLock } from '../data/lock.ts';
import { loadManifests } from '../data/manifests.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { differences, requireCurrent, wantedLine } from '../data/wanted.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Workspace } from '../lib/workspace.ts';
import { type ResolveOptions, resolveLine } from './resolve-line.ts';

interface ResolveLines extends ResolveOptions {
  /** The lines are all that there are: what lock.json says of others goes. */
  readonly isComplete: boolean;
}

/**
 * Resolves lines one after the other, and writes each as soon as it is known: one that fails does not take the others
 * along. Says on standard output what changed. Throws what resolveLine throws for the first line that failed, when all
 * have been tried.
 */
export async function resolveLines(
  workspace: Workspace,
  lines: readonly ReleaseLine[],
  options: ResolveLines,
): Promise<void> {
  const failures: unknown[] = [];
  const chosen = new Set<string>();
  for (const line of lines) {
    try {
      await record(workspace, line.line, await resolveLine(workspace, line, { ...options, chosen }));
    } catch (error) {
      options.aborted.throwIfAborted();
      failures.push(error);
      if (lines.length > 1) options.report(`line ${line.line} could not be resolved`);
    }
  }
  if (options.isComplete) await dropOthers(workspace, lines);
  const [first, ...others] = failures;
  for (const error of others) options.report(error instanceof Error ? error.message : String(error));
  if (first !== undefined) throw first;
}

async function record(workspace: Workspace, name: string, resolved: LockedLine): Promise<void> {
  // Read again: another run may have written other lines in the meantime.
  const lock = readLock(workspace);
  const next: LockFile = { ...lock, lines: { ...lock.lines, [name]: resolved } };
  const changes = changesOf(lock.lines[name], resolved);
  for (const change of changes) console.log(`${name} ${change}`);
  if (lock.lines[name] !== undefined && changes.length > 0 && process.env['GITHUB_ACTIONS'] === 'true')
    console.log(annotation(name, changes));
  if (changes.length === 0) console.log(`${name}: nothing has changed`);
  if (showLock(next) !== showLock(lock)) await writeLock(workspace, next);
}

async function dropOthers(workspace: Workspace, lines: readonly ReleaseLine[]): Promise<void> {
  const lock = readLock(workspace);
  const kept = Object.entries(lock.lines).filter(([name]) => lines.some(({ line }) => line === name));
  if (kept.length === Object.keys(lock.lines).length) return;
  for (const name of Object.keys(lock.lines))
    if (!kept.some(([known]) => known === name)) console.log(`${name}: removed, there is no such line any more`);
  await writeLock(workspace, { ...lock, lines: Object.fromEntries(kept) });
}

/** A warning that GitHub shows beside a run and at the file, in the form of its workflow commands. */
export function annotation(line: string, changes: readonly string[]): string {
  const text = `line ${line} is locked to what is no longer offered: ${changes.join('\n')}`;
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::warning file=modules/lock.json::${escaped}`;
}

/** One line of text for each input that is new, changed or gone. */
export function changesOf(before: LockedLine | undefined, after: LockedLine): string[] {
  const [then, now] = [pinsOf(before), pinsOf(after)];
  const names = [...new Set([...then.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const [old, fresh] = [then.get(name), now.get(name)];
    if (old === fresh) return [];
    if (fresh === undefined) return [`${name}: removed, was ${old}`];
    return [`${name}: ${fresh}${old === undefined ? '' : `, was ${old}`}`];
  });
}

/** Input to what it is pinned to. */
function pinsOf(line: LockedLine | undefined): Map<string, string> {
  const pins = new Map<string, string>();
  if (line === undefined) return pins;
  const { base, modules } = line;
  if (base.kind === 'image') pins.set('base', `${base.reference} ${base.digest}`);
  else
    pins.set('base', `Debian ${base.suite}, ${base.valkey.package} ${base.valkey.version} ${show(base.valkey.sha256)}`);
  for (const [name, source] of Object.entries(modules)) {
    if (source.kind === 'git') {
      pins.set(name, `${source.repository} ${source.tag} ${source.commit}`);
      for (const [dependency, { repository, ref, commit }] of Object.entries(source.dependencies))
        pins.set(`${name}, dependency ${dependency}`, `${repository} ${ref} ${commit}`);
      if (source.cargoLock !== undefined) pins.set(`${name}, Cargo.lock`, show([source.cargoLock]));
    } else {
      const files = source.kind === 'debian-source' ? source.files.map(({ sha256 }) => sha256) : source.sha256;
      pins.set(name, `${source.kind} ${source.package} ${source.version} ${show(files)}`);
    }
  }
  return pins;
}

/** The first digits of checksums: enough to see that one has changed. */
function show(checksums: readonly string[] | Readonly<Record<string, string>>): string {
  return Object.values(checksums)
    .map((sha256) => sha256.slice(0, 12))
    .join(' ');
}

/**
 * Compares lock.json with release lines, without asking anybody. Throws VP201 for what is not locked, VP202 for what is
 * locked for something else, VP221 where a kept Cargo.lock is another one. `isComplete`: the lines are all that there
 * are, so the lock may have no others.
 */
export function checkLocked(workspace: Workspace, lines: readonly ReleaseLine[], isComplete: boolean): string {
  const locked = readLock(workspace).lines;
  const manifests = loadManifests(workspace.modules);
  for (const line of lines) {
    const known = locked[line.line];
    requireCurrent(line.line, differences(wantedLine(line, manifests, known?.base), known));
    for (const [name, source] of Object.entries(known?.modules ?? {})) keptCargoLock(workspace, name, source);
  }
  const names = lines.map(({ line }) => line);
  const surplus = Object.keys(locked).filter((name) => isComplete && !names.includes(name));
  if (surplus.length > 0) {
    throw new PipelineError('VP202', `there are no release lines ${surplus.join(', ')} any more`, {
      where: 'modules/lock.json',
      fix: 'npm run resolve',
    });
  }
  return `modules/lock.json is what these release lines ask for: ${names.join(', ')}`;
}
