import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../entrypoint/text/bytes.ts';
import { readConfiguration } from '../../entrypoint/conf/configuration.ts';
import type { PlanJson } from '../../entrypoint/tool/plan.ts';
import { moduleFile } from '../support/elf.ts';
import type { World } from '../support/fake-host.ts';
import { bundle, coordinatorBundle } from '../support/fake-image.ts';
import { start, tool } from '../support/fake-start.ts';
import type { Spec } from '../support/fake-tree.ts';

/*
 * Each directory is one case: `in/` holds case.json and the files of the container by their paths, expected.json what
 * `valkey-bundle plan --json` says. UPDATE_GOLDEN=1 writes expected.json anew, to be read before it is kept.
 */

interface Case {
  readonly title: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly uid?: number;
  readonly cwd?: string;
  /** Files of /usr/lib/valkey; those of release line 9.0 where nothing is said. */
  readonly modules?: readonly string[];
  /** Directories that anybody may write. */
  readonly writable?: readonly string[];
  /** Modules that stand elsewhere. */
  readonly moduleFiles?: readonly string[];
  readonly bundle?: 'default' | 'coordinator';
  readonly links?: Readonly<Record<string, string>>;
}

const update = process.env['UPDATE_GOLDEN'] === '1';
if (update && process.env['CI']) throw new Error('UPDATE_GOLDEN is for a person who reads what it writes, not for CI');

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  // A folder with a test of its own holds cases of another kind.
  .filter((name) => !readdirSync(join(import.meta.dirname, name)).some((file) => file.endsWith('.test.ts')))
  .sort();

describe.each(names)('%s', (name) => {
  const directory = join(import.meta.dirname, name);
  const given = JSON.parse(readFileSync(join(directory, 'in', 'case.json'), 'utf8')) as Case;
  const image = imageOf(given, join(directory, 'in'));
  const { stdout } = tool(['plan', '--json', '--', ...given.command], given.env, image);
  const plan = JSON.parse(stdout) as PlanJson;

  it(given.title, () => {
    const file = join(directory, 'expected.json');
    if (update) writeFileSync(file, stdout);
    expect(existsSync(file)).toBe(true);
    expect(plan).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  const started = start(given.command, given.env, image);

  it('the start does what the plan says', () => {
    expect(started.exitCode ?? 0).toBe(plan.exitCode);
    expect(started.codes).toEqual(plan.diagnostics.map(({ code }) => code));
    expect(started.exec?.path ?? null).toBe(plan.exitCode === 0 ? plan.program : null);
    expect(started.exec?.argv.length ?? 0).toBe(plan.argv.length);
  });

  it('the server that reads the command line loads the wanted list', () => {
    const [, ...args] = started.exec?.argv ?? [];
    const { fileDirectives, optionDirectives } = readConfiguration(started.hostAfter(), args, {});
    const loads = [...fileDirectives, ...optionDirectives].flatMap(({ name, args: [path, ...words] }) =>
      name === 'loadmodule' && path !== undefined ? [{ path: textOf(path), args: words.map(textOf) }] : [],
    );
    expect(loads).toEqual(plan.loads);
  });
});

function imageOf(given: Case, directory: string): World & { modules?: readonly string[]; bundle: typeof bundle } {
  const files: Record<string, Spec> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const inside = path.slice(directory.length);
    if (entry.isFile() && inside !== '/case.json') files[inside] = readFileSync(path, 'utf8');
  }
  for (const [path, link] of Object.entries(given.links ?? {})) files[path] = { link };
  for (const path of given.writable ?? []) files[path] = { directory: true, mode: 0o777 };
  for (const path of given.moduleFiles ?? []) files[path] = moduleFile();
  return {
    files,
    bundle: given.bundle === 'coordinator' ? coordinatorBundle : bundle,
    ...(given.modules && { modules: given.modules }),
    ...(given.stdin !== undefined && { stdin: given.stdin }),
    ...(given.uid !== undefined && { uid: given.uid }),
    ...(given.cwd !== undefined && { cwd: given.cwd }),
  };
}
