import { isDeepStrictEqual } from 'node:util';
import { buildInputs } from '../build/build-inputs.ts';
import type { LockFile } from '../data/lock.ts';
import type { ReleaseLine } from '../data/release-line.ts';
import { type LineRow, lineRows, publishedLines } from '../workflows/line-rows.ts';

/** The data of one commit. `builders`: which builder each module's manifest names. */
export interface DataState {
  readonly lines: readonly ReleaseLine[];
  readonly lock: LockFile | null;
  readonly builders: ReadonlyMap<string, string>;
}

/** One job: a module of a line, on the runner of one platform. */
export interface ModuleRow extends LineRow {
  readonly module: string;
  /** Why it is built: the first reason that was found. */
  readonly why: string;
}

/**
 * The module builds that a change can have an effect on: those whose manifest, version in the line, entry in the lock, base or builder is
 * another one, and all where what builds them is (buildInputs). `before` is null where there is nothing to compare with: then everything
 * is built. Lines that are not published are built by the tests.
 */
export function changedBuilds(paths: readonly string[], before: DataState | null, after: DataState): ModuleRow[] {
  return publishedLines(after.lines).flatMap((line) =>
    Object.keys(line.modules)
      .sort()
      .flatMap((module) => {
        const why = before === null ? 'nothing to compare with' : reason(paths, before, after, line, module);
        return why === null ? [] : lineRows(line, after.lock).map((row) => ({ ...row, module, why }));
      }),
  );
}

function reason(
  paths: readonly string[],
  before: DataState,
  after: DataState,
  line: ReleaseLine,
  module: string,
): string | null {
  const own = paths.find((path) => path.startsWith(`modules/${module}/`) && !path.endsWith('.md'));
  if (own !== undefined) return own;
  const shared = paths.find((path) => concerns(path, after.builders.get(module)));
  if (shared !== undefined) return shared;
  const old = before.lines.find((each) => each.line === line.line);
  if (old === undefined) return `the line ${line.line} is new`;
  if (!isDeepStrictEqual(old.modules[module], line.modules[module]))
    return `its entry in modules/releases/${line.line}.yaml`;
  if (!isDeepStrictEqual(old.base, line.base) || old.valkey !== line.valkey) return `the base of the line ${line.line}`;
  const wasLocked = before.lock?.lines[line.line];
  const isLocked = after.lock?.lines[line.line];
  if (!isDeepStrictEqual(wasLocked?.modules[module], isLocked?.modules[module]))
    return 'its entry in modules/lock.json';
  if (!isDeepStrictEqual(wasLocked?.base, isLocked?.base)) return 'the base in modules/lock.json';
  return null;
}

/** A file named for a builder concerns the modules that use it; whatever else stands beside it concerns all. */
function concerns(path: string, builder: string | undefined): boolean {
  if (!buildInputs.some((one) => path === one || path.startsWith(`${one}/`)) || path.endsWith('.md')) return false;
  const named = /^docker\/builders\/(cmake|cargo|make|script)\.sh$/.exec(path)?.[1];
  return named === undefined || named === builder;
}
