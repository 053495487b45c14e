import { chmod, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findMirrors, openSuite } from '../lib/debian.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { silent } from '../lib/run.ts';
import { paths } from '../lib/workspace.ts';
import type { ParityServer } from './run.ts';

const SUITE = 'bookworm-backports';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The oldest Valkey 8 that the Debian archive offers (valkey-tools of bookworm-backports), unpacked once into
 * dist/parity. Its libraries are those of the test image. Throws VP209 where the archive no longer has it.
 */
export async function oldestServer(report: (line: string) => void): Promise<ParityServer> {
  const folder = join(paths.root, 'dist', 'parity');
  const known = (await readdir(folder).catch(() => [])).find((name) => name.startsWith('valkey-server-'));
  if (known !== undefined) return { version: known.replace('valkey-server-', ''), executable: join(folder, known) };
  report(`fetching valkey-tools from Debian ${SUITE}`);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    const { archive } = await findMirrors();
    const architecture = ARCHITECTURES[process.arch] ?? process.arch;
    const suite = await openSuite({ mirror: archive, suite: SUITE, architecture, folder: join(work, 'apt') });
    const deb = await suite.download('valkey-tools', join(work, 'debs'));
    if (deb === null) throw new PipelineError('VP209', `Debian ${SUITE} has no valkey-tools`);
    await silent`dpkg-deb --extract ${deb.path} ${join(work, 'root')}`;
    const version = deb.version.replace(/^\d+:/, '').replace(/[+-].*$/, '');
    const executable = join(folder, `valkey-server-${version}`);
    // In Debian the server's binary is called valkey-check-rdb; it looks at argv[0].
    await copyFile(join(work, 'root/usr/bin/valkey-check-rdb'), executable);
    await chmod(executable, 0o755);
    return { version, executable };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
