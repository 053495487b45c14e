import { access, constants } from 'node:fs/promises';
import process from 'node:process';
import { execa } from 'execa';
import { PipelineError } from '../problems/pipeline-error.ts';

/**
 * Makes sure that programs are there: `tools` names each and the Debian package that holds it. Missing ones are installed where
 * that is possible (root, with apt); elsewhere it throws VP902 with the command that does it.
 */
export async function ensureTools(
  tools: Readonly<Record<string, string>>,
  report: (line: string) => void,
): Promise<void> {
  const missing = await missingPackages(tools);
  if (missing.length === 0) return;
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  const hasApt = await isOnPath('apt-get');
  if (process.getuid?.() !== 0 || !hasApt) {
    throw new PipelineError('VP902', `not on PATH: the programs of ${missing.join(', ')}`, {
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
    await apt(['update'], 'Refreshing the package lists', report);
    await apt(install, what, report);
  }
}

export async function apt(args: readonly string[], what: string, report: (line: string) => void): Promise<void> {
  report(what);
  const options = ['-o', 'DPkg::Lock::Timeout=120'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const ran = await execa('apt-get', [...options, ...args], { env, all: true, reject: false, stdin: 'ignore' });
  if (ran.exitCode !== 0) {
    throw new PipelineError('VP902', `${what}: apt-get ${args.join(' ')} failed`, {
      details: ran.all || ran.shortMessage || '',
    });
  }
}

export async function isOnPath(tool: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    try {
      await access(`${folder}/${tool}`, constants.X_OK);
      return true;
    } catch {
      // not in this folder
    }
  }
  return false;
}

async function missingPackages(tools: Readonly<Record<string, string>>): Promise<string[]> {
  const missing: string[] = [];
  for (const [tool, name] of Object.entries(tools)) if (!(await isOnPath(tool))) missing.push(name);
  return missing;
}
