import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { debianKeyring } from '../lib/apt.ts';
import { type Deb, type Mirrors, sourceLine } from '../lib/debian.ts';
import { attempt, silent } from '../lib/run.ts';
import { paths } from '../lib/workspace.ts';
import type { ArchiveLine, ArchiveModule } from './base-packages.ts';

interface RootfsOptions {
  readonly line: ArchiveLine;
  readonly mirrors: Mirrors;
  readonly architecture: string;
  /** Holds debs/ and overlay/; gets installed.txt, the list of what is in the base. */
  readonly staging: string;
  readonly target: string;
  readonly report: (line: string) => void;
}

/** Nobody reads these in a container. Licences stay: /usr/share/doc/<package>/copyright. */
const pathOptions = [
  ...['man', 'info', 'doc', 'locale', 'lintian', 'bash-completion'].map((name) => `path-exclude=/usr/share/${name}/*`),
  'path-include=/usr/share/doc/*/copyright',
  'path-include=/usr/share/locale/locale.alias',
];

/** Makes the base's root file system as a tar archive: byte for byte the same from the same packages. */
export async function makeRootfs(options: RootfsOptions): Promise<void> {
  const { line, mirrors, architecture, staging, target, report } = options;
  const { suite, packages, epoch } = line.base;
  await writeFile(join(staging, 'sources.list'), finalSources(suite, mirrors));

  report(`Making a minimal Debian ${suite} (about half a minute)`);
  const command = inMemory('mmdebstrap', [
    '--variant=minbase',
    `--architectures=${architecture}`,
    `--include=${packages.join(',')}`,
    ...pathOptions.map((option) => `--dpkgopt=${option}`),
    ...(await proxyOptions()).map((option) => `--aptopt=${option}`),
    ...hooks(staging).map((hook) => `--customize-hook=${hook}`),
    suite,
    target,
    ...buildSources(suite, mirrors),
  ]);
  const ran = await attempt({ env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) } })`${command}`;
  if (ran.exitCode === 0) return;
  const end = ran.exitCode === null ? `signal ${ran.signal}` : `exit code ${ran.exitCode}`;
  throw new Error(`mmdebstrap failed to make the base (${end}):\n${ran.lines().slice(-40).join('\n')}`);
}

/**
 * mmdebstrap opens the paths itself, and the script runs from within the root: whoever is not root sees nothing else
 * there.
 */
function hooks(staging: string): string[] {
  const given = [
    ...['debs', 'overlay', 'sources.list'].map((name) => join(staging, name)),
    ...['layout.sh', 'base/customize.sh'].map((name) => join(paths.docker, name)),
  ];
  return [
    'mkdir "$1/tmp/staging"',
    `copy-in ${given.map(quote).join(' ')} /tmp/staging`,
    'sh "$1/tmp/staging/customize.sh" "$1"',
    `copy-out /tmp/staging/installed.txt ${quote(staging)}`,
    'rm -r "$1/tmp/staging"',
  ];
}

/** mmdebstrap takes nothing from the host's apt configuration, and without its proxy it may reach no mirror. */
async function proxyOptions(): Promise<string[]> {
  const { stdout } = await silent`apt-config dump Acquire::http::Proxy Acquire::https::Proxy`;
  return stdout.split('\n').filter((line) => line.includes('"'));
}

function securitySuite(suite: string): string {
  return `${suite}-security`;
}

function buildSources(suite: string, { archive, security }: Mirrors): string[] {
  return [sourceLine(archive, suite), ...(security ? [sourceLine(security, securitySuite(suite))] : [])].map((line) =>
    line.trim(),
  );
}

/** The sources that the image itself keeps, with apt's usual checks; not the suite that the server may come from. */
function finalSources(suite: string, { archive, security }: Mirrors): string {
  const line = (mirror: string, name: string): string => `deb [signed-by=${debianKeyring}] ${mirror} ${name} main\n`;
  return line(archive, suite) + (security ? line(security, securitySuite(suite)) : '');
}

/** One word for mmdebstrap, which splits its own hooks as a shell would. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The memory that unpacking the base needs at most, with room to spare. */
const needed = 2 * 1024 ** 3;

/**
 * The words that run a program with its temporary files in memory, if it may mount and there is room: dpkg syncs
 * thousands of small files, which takes half of the time. The mount is private to the program, and goes when it ends.
 */
function inMemory(program: string, args: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0 || freemem() < needed) return [program, ...args];
  return ['unshare', '--mount', 'sh', '-c', mountThenRun, 'sh', program, ...args];
}

/** On a mount point of its own: whatever else is in the folder for temporary files stays visible. */
const mountThenRun = `
folder=$(mktemp -d) || exit
if mount -t tmpfs -o mode=0755,size=${needed} base "$folder" 2>/dev/null; then
  TMPDIR=$folder "$@"
else
  "$@"
fi
status=$?
umount "$folder" 2>/dev/null
rmdir "$folder"
exit "$status"
`;

/**
 * Lays out the files that the base gets beside its packages: /usr/lib/valkey/<name>.so and each module's copyright
 * file. The packages are unpacked rather than installed, because redis-redisearch depends on a whole second server.
 */
export async function layOverlay(
  line: ArchiveLine,
  debs: Readonly<Record<string, Deb>>,
  folder: string,
): Promise<void> {
  for (const [name, module] of Object.entries(line.modules)) {
    const deb = debs[name];
    if (deb) await layModule(name, module, deb, folder);
  }
}

async function layModule(name: string, module: ArchiveModule, deb: Deb, folder: string): Promise<void> {
  const unpacked = `${deb.path}.unpacked`;
  await silent`dpkg-deb --extract ${deb.path} ${unpacked}`;

  const file = join(folder, 'usr/lib/valkey', `${name}.so`);
  await copyInto(join(unpacked, module.file), file);
  // Stripping comes first: patchelf moves sections to where strip would not expect them.
  await silent`strip --strip-unneeded ${file}`;
  for (const library of module.addNeeded) await silent`patchelf --add-needed ${library} ${file}`;
  // The server refuses a module that is not executable, as redis-module-knot ships it.
  await chmod(file, 0o755);

  const copyright = `usr/share/doc/${deb.package}/copyright`;
  await copyInto(join(unpacked, copyright), join(folder, copyright));
}

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
