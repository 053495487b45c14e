import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { table } from '../../entrypoint/text/table.ts';
import { readCargoLock } from '../data/cargo-lock.ts';
import { plainPermissions } from '../inputs/pinned-tree.ts';
import { jsonText, sha256OfFile, textIfThere, writeJson } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { vendored } from '../linked/crates.ts';
import type { LinkedPart } from '../linked/linked-parts.ts';
import { type BaseImageRecord, type BuildRecord, baseRecord, buildRecord } from './labels.ts';
import type { PreparedBase } from './line-base.ts';
import type { PlannedModule } from './plan.ts';

export interface Collecting {
  /** The folder into which bake wrote what the module's Dockerfile left, which its last stage has checked. */
  readonly from: string;
  /** Its place: <module>/ of dist/artifacts. */
  readonly to: string;
  /** PreparedBase.name. */
  readonly builderImage: string;
  readonly epoch: number;
  /** Cargo.lock was there before the build: else cargo chose the versions. */
  readonly cratesPinned: boolean;
  /** What it is linked with, with the licences. */
  readonly linked: readonly LinkedPart[];
}

/**
 * Writes build.json and the licences of its parts beside a module that was built, and puts it in its place, whole or
 * not at all. Throws VP302 where there is no file.
 */
export async function collectModule(module: PlannedModule, collecting: Collecting): Promise<BuildRecord> {
  const { from, to, builderImage, epoch, cratesPinned, linked } = collecting;
  const { name, version, origin, tag, commit, licence, file } = module;
  const path = join(from, file);
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) {
    const fix = `write ${file} into its Dockerfile, or the name that it has there into file of its module.yaml`;
    throw new PipelineError('VP302', `the build of ${name} gave no ${file}`, { where: from, fix });
  }
  const lock = textIfThere(join(from, 'Cargo.lock'));
  const record = buildRecord.parse({
    ...{ module: name, version, origin, tag, commit, licence, builderImage, epoch },
    toolchain: Object.fromEntries(rowsOf(await readFile(join(from, 'toolchain.tsv'), 'utf8'))),
    dependencies: [...dependenciesOf(module, linked), ...(lock === null ? [] : cratesOf(lock, cratesPinned, linked))],
    ...{ file, sha256: await sha256OfFile(path), size },
  } satisfies Record<keyof BuildRecord, unknown>);
  await writeFile(join(from, 'build.json'), jsonText(record));
  await writeTexts(join(from, 'licences'), linked);
  // buildx gives the folder to its user alone.
  await chmod(from, 0o755);
  await replaceFolder(from, to);
  return record;
}

/** Each part has a folder of its own, at its place in the source. */
async function writeTexts(licences: string, linked: readonly LinkedPart[]): Promise<void> {
  await mkdir(licences, { recursive: true });
  for (const { part, texts } of linked) {
    for (const { file, content } of texts) {
      const path = join(licences, part, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }
  await plainPermissions(licences);
}

type Dependency = BuildRecord['dependencies'][number];

/** What the build clones, then the other parts of the source that are linked, then what floats. */
function dependenciesOf(
  { origin, tag, dependencies, floating }: PlannedModule,
  linked: readonly LinkedPart[],
): Dependency[] {
  const cloned = dependencies.map(({ name, repository, commit, ref, licence }): Dependency => {
    const part = linked.find((one) => one.part === `dependencies/${name}`);
    const version = commit === null ? ref : `${ref} ${commit}`;
    return { ...{ name, origin: repository, version, licence, pinned: commit !== null }, ...linkOf(part) };
  });
  const places = dependencies.map(({ name }) => `dependencies/${name}`);
  const others = linked
    .filter(({ part }) => !part.startsWith(`${vendored}/`) && !places.includes(part))
    .map((part): Dependency => {
      const { name, repository, commit, root } = part;
      const from = { name, origin: repository ?? origin, version: commit ?? tag ?? '', pinned: true };
      return { ...from, ...(root !== '' && { folder: root }), ...linkOf(part) };
    });
  return [
    ...cloned,
    ...others,
    ...floating.map(({ name, why }) => ({ name, origin: why, version: 'as found', pinned: false })),
  ];
}

function linkOf(part: LinkedPart | undefined): Pick<Dependency, 'linked' | 'licence' | 'texts'> {
  if (part === undefined) return { linked: false };
  const { licence, texts } = part;
  const files = texts.map(({ file }) => `${part.part}/${file}`);
  return { linked: true, ...(licence !== null && { licence }), texts: files };
}

/**
 * The crates that a Cargo.lock names, as dependencies of build.json. `pinned`: the lock was there before the build;
 * otherwise cargo chose the versions of that day. Which of them are linked is known where they were fetched.
 */
function cratesOf(cargoLock: string, pinned: boolean, linked: readonly LinkedPart[]): Dependency[] {
  const crates = linked.filter(({ part }) => part.startsWith(`${vendored}/`));
  return readCargoLock(cargoLock).map(({ name, version, source }) => {
    const part = crates.find((one) => one.part === `${vendored}/${name}-${version}`);
    return { name, origin: source, version, pinned, ...(crates.length > 0 && linkOf(part)) };
  });
}

/** Puts a folder in the place of another by renaming: a reader sees the one or the other. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${to}.old`;
  await rm(old, { recursive: true, force: true });
  await mkdir(join(to, '..'), { recursive: true });
  if (await stat(to).catch(() => undefined)) await rename(to, old);
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
}

/**
 * Makes base.json of what docker/facts.Dockerfile left in `from`. Throws where a program of the base did not say what
 * it should.
 */
export async function collectBase(
  from: string,
  to: string,
  { reference, digest }: Pick<PreparedBase, 'reference' | 'digest'>,
): Promise<BaseImageRecord> {
  const read = (name: string): Promise<string> => readFile(join(from, name), 'utf8');
  const record = baseRecord.parse({
    reference,
    digest,
    valkey: matched(await read('valkey.txt'), / v=(\S+)/, 'valkey-server --version'),
    glibc: matched(await read('glibc.txt'), /(\d+\.\d+)\s*$/, 'ldd --version'),
    packages: rowsOf(await read('packages.tsv')).map(([name, version, architecture]) => ({
      name,
      version,
      architecture,
    })),
  });
  await writeJson(join(to, 'base.json'), record);
  return record;
}

function matched(text: string, expression: RegExp, program: string): string {
  const found = expression.exec(text)?.[1];
  if (found !== undefined) return found;
  throw new Error(`${program} in the base said ${JSON.stringify(text)}`);
}

function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** The signs of hardening that readelf.txt shows. A small module may have nothing that needs a protector. */
const hardening = {
  RELRO: /GNU_RELRO/,
  BIND_NOW: /BIND_NOW|Flags:.*\bNOW\b/,
  'NX stack': /GNU_STACK .* RW +0x/,
  'stack protector': /UND __stack_chk_fail\b/,
  fortify: /UND __\w+_chk\b/,
} as const satisfies Readonly<Record<string, RegExp>>;

/**
 * A table of built modules: version, commit, size, and how they are hardened. `folder`: dist/artifacts/<line>/<arch>.
 */
export async function showArtifacts(folder: string, built: readonly BuildRecord[]): Promise<string> {
  const rows = built.map(async ({ module, version, commit, tag, size }) => {
    const elf = await readFile(join(folder, module, 'readelf.txt'), 'utf8');
    const flags = Object.values(hardening).map((sign) => (sign.test(elf) ? 'yes' : 'no'));
    return [module, version, commit?.slice(0, 12) ?? tag, String(Math.ceil(size / 1024)), ...flags];
  });
  const head = ['module', 'version', 'commit', 'KiB', ...Object.keys(hardening)];
  return table([head, ...(await Promise.all(rows))]).join('\n');
}
