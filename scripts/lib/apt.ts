import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { PipelineError } from './pipeline-error.ts';
import { attempt } from './run.ts';

/** With it apt and mmdebstrap verify the Debian archive. Ubuntu does not have it by itself. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
export const keyringPackage = { [debianKeyring]: 'debian-archive-keyring' } as const;

/**
 * Makes sure that programs and files are there: `tools` names each (a file by its whole path) and the Debian package
 * that holds it. Missing ones are installed where that is possible (root, with apt); elsewhere it throws VP902 with the
 * command that does it.
 */
export async function ensureTools(
  tools: Readonly<Record<string, string>>,
  report: (line: string) => void,
): Promise<void> {
  const missing: string[] = [];
  for (const [tool, name] of Object.entries(tools)) if (!(await isThere(tool))) missing.push(name);
  if (missing.length === 0) return;
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  const hasApt = await isThere('apt-get');
  if (!isRoot() || !hasApt) {
    throw new PipelineError('VP902', `not on this machine: what the packages ${missing.join(', ')} hold`, {
      fix: hasApt
        ? `sudo apt-get install --no-install-recommends ${missing.join(' ')}`
        : `install ${missing.join(', ')}`,
    });
  }
  const what = `Installing ${missing.join(', ')} with apt`;
  try {
    await apt(install, what, report);
  } catch {
    // Most likely there are no lists, or they are older than the pool.
    await refreshLists(report);
    await apt(install, what, report);
  }
}

/**
 * What makes the base, and the Debian package of each. Without root, mmdebstrap works in a user namespace.
 */
const baseTools = { mmdebstrap: 'mmdebstrap', patchelf: 'patchelf', strip: 'binutils', ...keyringPackage } as const;
const baseToolsWithoutRoot = { ...baseTools, newuidmap: 'uidmap' } as const;

/**
 * Makes sure that a base can be made here: apt with its lists of packages, and the programs. Throws what is missing,
 * and the fix.
 */
export async function ensureDebianTools(report: (line: string) => void): Promise<void> {
  if (!(await isThere('apt-get'))) {
    throw new Error(
      'The local image is made from the Debian archive, and this machine has no apt-get.\n' +
        'Fix: run this on Debian or Ubuntu (a virtual machine or container will do).',
    );
  }
  // The lists say which mirrors there are, even where nothing has to be installed.
  const { stdout } = await attempt`apt-get indextargets --format ${'$(CREATED_BY)'}`;
  if (!stdout.includes('Packages')) {
    if (!isRoot()) {
      throw new Error(
        'This machine has no package lists of apt, and only root may fetch them.\nFix: sudo apt-get update',
      );
    }
    await refreshLists(report);
  }
  await ensureTools(isRoot() ? baseTools : baseToolsWithoutRoot, report);
}

async function refreshLists(report: (line: string) => void): Promise<void> {
  await apt(['update'], 'Refreshing the package lists', report);
}

/** The last apt of this process: a second one at the same time would find the lists locked, and end. */
let before: Promise<void> = Promise.resolve();

async function apt(args: readonly string[], what: string, report: (line: string) => void): Promise<void> {
  report(what);
  const mine = before.then(() => runApt(args, what));
  before = mine.catch(() => undefined);
  await mine;
}

async function runApt(args: readonly string[], what: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const ran = await attempt({ env })`apt-get -o DPkg::Lock::Timeout=120 ${args}`;
  if (ran.exitCode === 0) return;
  throw new PipelineError('VP902', `${what}: apt-get ${args.join(' ')} failed`, { details: ran.stdall });
}

async function isThere(tool: string): Promise<boolean> {
  if (tool.startsWith('/')) return existsSync(tool);
  const folders = (process.env['PATH'] ?? '').split(':');
  return await Promise.any(folders.map((folder) => access(join(folder, tool), constants.X_OK))).then(
    () => true,
    () => false,
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
