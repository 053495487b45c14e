import process from 'node:process';
import { execa } from 'execa';
import { apt, ensureTools, isOnPath } from './apt-tools.ts';

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
  await ensurePackageLists(report);
  await ensureTools(process.getuid?.() === 0 ? tools : toolsWithoutRoot, report);
}

/** apt's lists say which mirrors there are, even where nothing has to be installed. */
async function ensurePackageLists(report: (line: string) => void): Promise<void> {
  const { stdout } = await execa('apt-get', ['indextargets', '--format', '$(CREATED_BY)'], { reject: false });
  if (stdout.includes('Packages')) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      'This machine has no package lists of apt, and only root may fetch them.\nFix: sudo apt-get update',
    );
  }
  await apt(['update'], 'Refreshing the package lists', report);
}
