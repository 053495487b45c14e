import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { debianKeyring, ensureTools, keyringPackage } from './apt.ts';
import { sha256OfFile } from './files.ts';
import { PipelineError } from './pipeline-error.ts';
import { attempt, type Ended, runGroup, silent } from './run.ts';

/**
 * Containers often switch apt's cache off in its configuration, and then every download reads the whole index again.
 */
export const cached = [
  '-o',
  'Dir::Cache::pkgcache=pkgcache.bin',
  '-o',
  'Dir::Cache::srcpkgcache=srcpkgcache.bin',
] as const;

export interface Suite {
  readonly name: string;
  /**
   * Downloads one package of this suite; null if the suite, or its pool, does not have it. Throws VP206 if the download
   * failed.
   */
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

interface SuiteOptions {
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
      return isDownloaded(ran, `${packageName} of Debian ${suite}`) ? describeDeb(into, packageName, suite) : null;
    },
  };
}

/**
 * Makes an apt state of its own for one suite, with its index: the environment in which apt works on it, and on nothing
 * else. Throws VP206 if the mirror does not answer or its signature is wrong.
 */
export async function openAptState({
  mirror,
  suite,
  architecture,
  folder,
  type,
  aborted,
}: SuiteOptions & { readonly type: 'deb' | 'deb-src' }): Promise<{ readonly APT_CONFIG: string }> {
  await ensureTools(keyringPackage, () => {});
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

async function describeDeb(folder: string, packageName: string, suite: string): Promise<Deb> {
  const file = (await readdir(folder)).find((name) => name.startsWith(`${packageName}_`));
  if (!file) throw new Error(`apt-get download ${packageName} reported success and left no file in ${folder}`);
  const path = join(folder, file);
  const { stdout } = await silent`dpkg-deb --field ${path} Version`;
  return { package: packageName, version: stdout.trim(), suite, sha256: await sha256OfFile(path), path };
}

export interface Mirrors {
  readonly archive: string;
  /** Only where one is known. */
  readonly security: string | undefined;
}

/**
 * The Debian mirrors that this machine's own apt is configured with. VALKEY_BUNDLE_DEBIAN_MIRROR names one where there
 * is none, or another one.
 */
export async function findMirrors(): Promise<Mirrors> {
  const mirrors = await chooseMirrors(process.env['VALKEY_BUNDLE_DEBIAN_MIRROR'], await indexTargets(), answers);
  if (mirrors !== null) return mirrors;
  throw new PipelineError(
    'VP206',
    'no Debian mirror found: `apt-get indextargets` lists no repository with the label Debian on this machine',
    {
      fix: 'run `apt-get update` as root if its lists are empty, or set VALKEY_BUNDLE_DEBIAN_MIRROR to the URL of a Debian mirror',
    },
  );
}

/**
 * The archive as configured, or as the machine's apt has it; null where neither names one. Security updates come from
 * where apt takes them. Where it takes none, a configured archive may have them beside it, as mirrors do.
 */
export async function chooseMirrors(
  configured: string | undefined,
  targets: readonly IndexTarget[],
  isServed: (url: string) => Promise<boolean>,
): Promise<Mirrors | null> {
  const named = (label: string): string | undefined => targets.find((target) => target.label === label)?.uri;
  const archive = configured?.replace(/\/+$/, '') || named('Debian');
  if (!archive) return null;
  const security = named('Debian-Security');
  const beside = `${archive}-security`;
  const looks = configured && security === undefined;
  return looks && (await isServed(`${beside}/dists/stable-security/InRelease`))
    ? { archive, security: beside }
    : { archive, security };
}

async function answers(url: string): Promise<boolean> {
  const init = { method: 'HEAD', signal: AbortSignal.timeout(10_000) };
  return await fetch(url, init).then(
    ({ ok }) => ok,
    () => false,
  );
}

interface IndexTarget {
  readonly uri: string;
  readonly label: string;
}

/**
 * apt lists only what it has downloaded, which is what we want: labels are read from signed files, not guessed from
 * URLs.
 */
async function indexTargets(): Promise<IndexTarget[]> {
  const format = '$(CREATED_BY)|$(REPO_URI)|$(LABEL)';
  const listed = await attempt`apt-get indextargets --format ${format}`;
  return listed.stdout
    .split('\n')
    .map((line) => line.split('|'))
    .flatMap(([kind, uri, label]) =>
      kind === 'Packages' && uri && label ? [{ uri: uri.replace(/\/$/, ''), label }] : [],
    );
}

/**
 * True where apt, run with LC_ALL=C, downloaded what it was told to; false where the archive says that it does not have
 * it. Throws VP206 for any other failure, because what could not be fetched now may well be there. `what`: the package
 * and its suite, for a reader.
 */
export function isDownloaded({ isDone, said }: Pick<Ended, 'isDone' | 'said'>, what: string): boolean {
  if (isDone) return true;
  if (absent.some((words) => words.test(said))) return false;
  throw new PipelineError('VP206', `downloading ${what} failed`, {
    details: said,
    fix: 'check the network and the mirror, or try again: the mirror may be in the middle of its own update',
  });
}

const absent = [
  // The index names it, and the pool no longer has it: the answer stands by itself, so that no 404 in a URL is taken
  // for it.
  /\s404\s/,
  // The index does not name it.
  /Unable to locate package/,
  /Unable to find a source package/,
  // The index names it only as something that other packages ask for, or provide.
  /Can't select candidate version/,
  // The index does not name this version.
  /Version '.*' for '.*' was not found/,
  /Can(?: not|'t) find version/,
];
