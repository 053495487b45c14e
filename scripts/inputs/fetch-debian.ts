import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedSource } from '../data/lock.ts';
import { ensureTools } from '../lib/apt.ts';
import { sha256OfFile } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { silent } from '../lib/run.ts';
import { type DebianArchive, withDebianArchive } from './debian-archive.ts';
import { normalise } from './pinned-tree.ts';
import { type SourceRecord, sourceId } from './source-folder.ts';

type DebianSource = Extract<LockedSource, { kind: 'debian-source' }>;

interface Access {
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Fills a folder with tree/: a source package, unpacked and with Debian's patches applied. Throws VP209, VP210. The
 * archive is opened only where the files are not there yet.
 */
export async function fetchDebian(
  module: string,
  source: DebianSource,
  suites: readonly string[],
  folder: string,
  access: Access,
  openArchive: typeof withDebianArchive = withDebianArchive,
): Promise<SourceRecord> {
  const { aborted, report } = access;
  const tools = { 'dpkg-source': 'dpkg-dev', patch: 'patch', xz: 'xz-utils', bzip2: 'bzip2' };
  await ensureTools(tools, report);
  const files = join(folder, 'files');
  const tree = join(folder, 'tree');
  if (!(await areLocked(files, source))) {
    await openArchive(access, async (archive) => {
      report(`${module}: fetching the source package ${source.package} ${source.version}`);
      await download(source, suites, files, archive);
    });
    await requireLocked(files, source);
  }
  await rm(tree, { recursive: true, force: true });
  const description = source.files.find(({ name }) => name.endsWith('.dsc'));
  if (description === undefined) throw new PipelineError('VP107', `${module}: the lock names no .dsc file`);
  const run = silent({ signal: aborted });
  await run`dpkg-source --no-copy --extract ${join(files, description.name)} ${tree}`;
  const { stdout } = await run`dpkg-parsechangelog --file ${join(tree, 'debian/changelog')} --show-field Timestamp`;
  const epoch = Number(stdout);
  await normalise(tree, epoch);
  await rm(files, { recursive: true, force: true });
  const { package: origin, version: ref } = source;
  return { module, kind: 'debian-source', origin, ref, id: sourceId(source), epoch, pins: [] };
}

async function download(
  { package: name, version }: DebianSource,
  suites: readonly string[],
  into: string,
  archive: DebianArchive,
): Promise<void> {
  for (const suite of suites) if (await archive.downloadSource(suite, name, version, into)) return;
  throw new PipelineError('VP209', `${name} ${version} is in none of these suites any more: ${suites.join(', ')}`, {
    fix: 'npm run resolve -- --update takes the version that the archive has now',
  });
}

async function areLocked(folder: string, source: DebianSource): Promise<boolean> {
  return await requireLocked(folder, source).then(
    () => true,
    () => false,
  );
}

/** apt has held the files against the index of today; what counts is the lock. */
async function requireLocked(folder: string, { files }: DebianSource): Promise<void> {
  for (const { name, sha256, size } of files) {
    const path = join(folder, name);
    const found = (await stat(path)).size === size ? await sha256OfFile(path) : 'another size';
    if (found === sha256) continue;
    throw new PipelineError('VP210', `${name} is not the file that was locked: SHA-256 ${sha256}, got ${found}`);
  }
}
