import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { PipelineError } from '../problems/pipeline-error.ts';
import { isDownloaded } from './apt-download.ts';
import { sha256OfFile } from './hash.ts';
import { runGroup } from './process-group.ts';

export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Containers often switch apt's cache off in its configuration, and then every download reads the whole index again. */
export const cached = [
  '-o',
  'Dir::Cache::pkgcache=pkgcache.bin',
  '-o',
  'Dir::Cache::srcpkgcache=srcpkgcache.bin',
] as const;

export interface Suite {
  readonly name: string;
  /** Downloads one package of this suite; null if the suite, or its pool, does not have it. Throws VP206 if the download failed. */
  download(packageName: string, into: string): Promise<Deb | null>;
}

export interface Deb {
  readonly package: string;
  readonly version: string;
  readonly suite: string;
  /** Of the file. */
  readonly sha256: string;
  readonly path: string;
}

export interface SuiteOptions {
  readonly mirror: string;
  readonly suite: string;
  readonly architecture: string;
  /** An empty folder for this suite's apt state: the host's own apt is left alone. */
  readonly folder: string;
  readonly aborted?: AbortSignal;
}

/** Reads one suite's index of binary packages. Throws VP206 if the mirror does not answer or its signature is wrong. */
export async function openSuite({ suite, ...options }: SuiteOptions): Promise<Suite> {
  const env = await openAptState({ suite, ...options, type: 'deb' });
  return {
    name: suite,
    download: async (packageName, into) => {
      await mkdir(into, { recursive: true });
      const given = { env: { ...env, LC_ALL: 'C' }, cwd: into };
      const { aborted = new AbortController().signal } = options;
      const ran = await runGroup('apt-get', ['download', '-q', ...cached, packageName], given, aborted);
      aborted.throwIfAborted();
      return isDownloaded(ran, `${packageName} of Debian ${suite}`) ? describe(into, packageName, suite) : null;
    },
  };
}

/**
 * Makes an apt state of its own for one suite, with its index: the environment in which apt works on it, and on nothing else. Throws
 * VP206 if the mirror does not answer or its signature is wrong.
 */
export async function openAptState({
  mirror,
  suite,
  architecture,
  folder,
  type,
  aborted,
}: SuiteOptions & { readonly type: 'deb' | 'deb-src' }): Promise<{ readonly APT_CONFIG: string }> {
  const configuration = join(folder, 'apt.conf');
  await mkdir(join(folder, 'lists/partial'), { recursive: true });
  await mkdir(join(folder, 'archives/partial'), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'sources.list'), sourceLine(mirror, suite, type));
  await writeFile(configuration, aptConfiguration(folder, architecture));
  const env = { APT_CONFIG: configuration };

  const update = ['update', '-q', '--error-on=any'];
  const updated = await runGroup('apt-get', update, { env }, aborted ?? new AbortController().signal);
  aborted?.throwIfAborted();
  if (updated.isDone) return env;
  throw new PipelineError('VP206', `reading the index of Debian ${suite} failed`, {
    where: mirror,
    details: updated.said,
    fix: 'check the network and the mirror that apt is configured with, or set VALKEY_BUNDLE_DEBIAN_MIRROR',
  });
}

/** sid may be a frozen snapshot whose index has expired: its signature is checked, its age is not. */
export function sourceLine(mirror: string, suite: string, type: 'deb' | 'deb-src' = 'deb'): string {
  return `${type} [signed-by=${debianKeyring} check-valid-until=no check-date=no] ${mirror} ${suite} main\n`;
}

function aptConfiguration(folder: string, architecture: string): string {
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
    'Acquire::Languages': 'none',
    'Dir::State': folder,
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': folder,
    'Dir::Cache::Archives': join(folder, 'archives'),
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join('');
}

async function describe(folder: string, packageName: string, suite: string): Promise<Deb> {
  const file = (await readdir(folder)).find((name) => name.startsWith(`${packageName}_`));
  if (!file) throw new Error(`apt-get download ${packageName} reported success and left no file in ${folder}`);
  const path = join(folder, file);
  const { stdout } = await execa('dpkg-deb', ['--field', path, 'Version']);
  return { package: packageName, version: stdout.trim(), suite, sha256: await sha256OfFile(path), path };
}
