import process from 'node:process';
import { execa } from 'execa';
import { PipelineError } from '../problems/pipeline-error.ts';

export interface Mirrors {
  readonly archive: string;
  /** Only if the host itself takes security updates from a mirror. */
  readonly security: string | undefined;
}

/** The Debian mirrors that this machine's own apt is configured with; VALKEY_BUNDLE_DEBIAN_MIRROR names one where there is none. */
export async function findMirrors(): Promise<Mirrors> {
  const configured = process.env['VALKEY_BUNDLE_DEBIAN_MIRROR'];
  const targets = await indexTargets();
  const archive = configured || targets.find((target) => target.label === 'Debian')?.uri;
  if (archive) return { archive, security: targets.find((target) => target.label === 'Debian-Security')?.uri };
  throw new PipelineError(
    'VP206',
    'no Debian mirror found: `apt-get indextargets` lists no repository with the label Debian on this machine',
    {
      fix: 'run `apt-get update` as root if its lists are empty, or set VALKEY_BUNDLE_DEBIAN_MIRROR to the URL of a Debian mirror',
    },
  );
}

interface IndexTarget {
  readonly uri: string;
  readonly label: string;
}

/** apt lists only what it has downloaded, which is what we want: labels are read from signed files, not guessed from URLs. */
async function indexTargets(): Promise<IndexTarget[]> {
  const format = '$(CREATED_BY)|$(REPO_URI)|$(LABEL)';
  const listed = await execa('apt-get', ['indextargets', '--format', format], { reject: false });
  return listed.stdout
    .split('\n')
    .map((line) => line.split('|'))
    .flatMap(([kind, uri, label]) =>
      kind === 'Packages' && uri && label ? [{ uri: uri.replace(/\/$/, ''), label }] : [],
    );
}
