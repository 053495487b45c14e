import { access, constants } from 'node:fs/promises';
import process from 'node:process';
import { execa } from 'execa';

/** What the base is made with, and the Debian package of each. */
const tools = { mmdebstrap: 'mmdebstrap', patchelf: 'patchelf', strip: 'binutils' } as const;

/** Without root, mmdebstrap works in a user namespace. */
const toolsWithoutRoot = { ...tools, newuidmap: 'uidmap' } as const;

/** Installs the missing tools where it may (root, with apt); otherwise throws an error that says what to install. */
export async function ensureDebianTools(report: (line: string) => void): Promise<void> {
  if (!(await isOnPath('apt-get'))) {
    throw new Error(
      'The local image is made from the Debian archive, and this machine has no apt-get.\n' +
        'Fix: run this on Debian or Ubuntu (a virtual machine or container will do).',
    );
  }
  const missing: string[] = [];
  const isRoot = process.getuid?.() === 0;
  for (const [tool, name] of Object.entries(isRoot ? tools : toolsWithoutRoot))
    if (!(await isOnPath(tool))) missing.push(name);
  const lists = await hasPackageLists();
  if (missing.length === 0 && lists) return;
  if (!isRoot) {
    const install = missing.length > 0 ? ` && sudo apt-get install --no-install-recommends ${missing.join(' ')}` : '';
    throw new Error(
      `Missing on this machine, and only root may install it: ${missing.join(', ') || 'the package lists of apt'}.\n` +
        `Fix: sudo apt-get update${install}`,
    );
  }
  if (!lists) await apt(['update'], 'Refreshing the package lists', report);
  if (missing.length === 0) return;
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  const what = `Installing ${missing.join(', ')} with apt`;
  try {
    await apt(install, what, report);
  } catch {
    // Most likely the lists are older than the pool.
    await apt(['update'], 'Refreshing the package lists', report);
    await apt(install, what, report);
  }
}

async function apt(args: readonly string[], what: string, report: (line: string) => void): Promise<void> {
  report(what);
  const ran = await execa('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, all: true, reject: false });
  if (ran.exitCode !== 0) throw new Error(`${what}: apt-get ${args.join(' ')} failed:\n${ran.all ?? ran.shortMessage}`);
}

async function hasPackageLists(): Promise<boolean> {
  const { stdout } = await execa('apt-get', ['indextargets', '--format', '$(CREATED_BY)'], { reject: false });
  return stdout.includes('Packages');
}

async function isOnPath(tool: string): Promise<boolean> {
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
