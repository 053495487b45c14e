import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { glob } from 'glob';
import { parseDocument, stringify } from 'yaml';
import { upstreamVersion } from '../../scripts/data/version.ts';
import { ensureBase } from '../../scripts/image/base.ts';
import { readArchiveLine } from '../../scripts/image/base-packages.ts';
import { buildImage } from '../../scripts/image/buildkit.ts';
import { dockerClient } from '../../scripts/lib/engine.ts';
import { nativePlatform } from '../../scripts/lib/platform.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import type { CratesServer } from './crates-server.ts';
import type { GitRemote } from './git-remote.ts';

const fixtures = join(paths.root, 'test/fixtures/upstream');
const standIns = join(paths.root, 'test/fixtures/stand-ins');

/** Upstream's repositories as fixtures: what github.com gives, where the rehearsal's git is led elsewhere. */
export interface Upstream {
  /** For ~/.gitconfig: leads their URLs to where they are. */
  readonly gitconfig: string;
  /** A commit of RapidJSON that exists, in the place of the one that json's manifest names. */
  readonly rapidjson: string;
}

/** Fills a git server with repositories that are built as upstream's are, for the tags that a line names. */
export async function makeUpstream(
  remote: GitRemote,
  crates: CratesServer,
  tags: Tags,
  valkey: string,
): Promise<Upstream> {
  const places: [url: string, name: string][] = [];
  const make = async (url: string, refs: Refs, fill: (work: string) => Promise<unknown>): Promise<string> => {
    const name = url.replace(/^https:\/\//, '').replaceAll('/', '-');
    places.push([url, name]);
    const work = join(remote.folder, `${name}.work`);
    await mkdir(work);
    await cp(join(paths.root, 'LICENSE'), join(work, 'LICENSE'));
    await fill(work);
    await git(work, 'init', '--quiet', `--initial-branch=${refs.branch ?? 'main'}`);
    const commit = await commitAll(work, 'Add a fixture');
    for (const tag of refs.tags ?? []) await git(work, 'tag', tag);
    for (const branch of refs.branches ?? []) await git(work, 'branch', branch);
    await git(work, 'clone', '--quiet', '--bare', '.', join(remote.folder, `${name}.git`));
    return commit;
  };
  const file =
    (name: string, text = '') =>
    (work: string) =>
      writeFile(join(work, name), text);
  const sources =
    (fixture: keyof Tags, into: string, change = (text: string) => text) =>
    async (work: string) => {
      await cp(join(fixtures, fixture), work, { recursive: true });
      await mkdir(join(work, into), { recursive: true });
      for (const name of await glob('*.{c,h}', { cwd: standIns })) {
        const text = await readFile(join(standIns, name), 'utf8');
        // It tells the server the version of the tag.
        const told = text.replace(/(?<=open_module\(ctx, "\w+", )\d+/, String(numberOf(tags[fixture])));
        await writeFile(join(work, into, name), told);
      }
      for (const name of await glob('build.sh', { cwd: work, absolute: true }))
        await writeFile(name, change(await readFile(name, 'utf8')));
    };

  const abseil = await make('https://github.com/abseil/abseil-cpp', {}, file('absl.h'));
  await make('https://github.com/grpc/grpc', { tags: ['v1.70.1'] }, async (work) => {
    const url = 'https://github.com/abseil/abseil-cpp.git';
    await writeFile(join(work, '.gitmodules'), `[submodule "a"]\n\tpath = third_party/abseil-cpp\n\turl = ${url}\n`);
    // As a clone leaves it: without the folder it would count as removed.
    await mkdir(join(work, 'third_party/abseil-cpp'), { recursive: true });
    await git(work, 'init', '--quiet');
    await git(work, 'update-index', '--add', '--cacheinfo', `160000,${abseil},third_party/abseil-cpp`);
  });
  await make('https://github.com/google/highwayhash', { branch: 'master' }, file('highwayhash.h'));
  await make('https://github.com/google/googletest', {}, file('gtest.h'));
  await make('https://github.com/google/benchmark', { tags: ['v1.8.3'] }, file('benchmark.h'));
  const rapidjson = await make('https://github.com/Tencent/rapidjson', {}, file('document.h'));
  const branches = ['unstable', valkey.split('.').slice(0, 2).join('.')];
  await make('https://github.com/valkey-io/valkey', { tags: [valkey], branches }, async (work) => {
    await mkdir(join(work, 'src'));
    await writeFile(join(work, 'src/valkeymodule.h'), '');
  });
  const at = (name: string): string => `https://github.com/valkey-io/valkey-${name}`;
  await make(at('search'), { tags: [tags.search] }, sources('search', 'src'));
  const pinned = (text: string): string => text.replace('RAPIDJSON', rapidjson);
  await make(at('json'), { tags: [tags.json] }, sources('json', 'src', pinned));
  await make(at('bloom'), { tags: [tags.bloom] }, sources('bloom', 'c'));
  await make(at('ldap'), { tags: [tags.ldap] }, async (work) => {
    await sources('ldap', 'c')(work);
    await writeFile(join(work, 'Cargo.lock'), crates.lock('valkey-ldap', ['shout']));
  });
  const sections = places.map(([url, name]) => {
    const to = `[url "${remote.urlOf(name)}"]`;
    return `${to}\n\tinsteadOf = ${url}.git\n\tinsteadOf = ${url}\n`;
  });
  return { gitconfig: sections.join(''), rapidjson };
}

/** As modules write their version. */
function numberOf(tag: string): number {
  return tag.split('.').reduce((number, part) => 100 * number + Number(part), 0);
}

/** The modules' tags of a line. */
export interface Tags {
  readonly search: string;
  readonly json: string;
  readonly bloom: string;
  readonly ldap: string;
}

interface Refs {
  readonly branch?: string;
  readonly tags?: readonly string[];
  readonly branches?: readonly string[];
}

/** Images of the engine that stand in for others, made of the base of the line local. */
export interface StandInImages {
  /** In the place of the official server's image. */
  readonly server: string;
  /** In the place of debian:trixie. */
  readonly debian: string;
  /** Version of the server in them. */
  readonly valkey: string;
}

export async function makeStandInImages(report: (line: string) => void): Promise<StandInImages> {
  const { image: base, record } = await ensureBase(await readArchiveLine(paths.localLine), report);
  const make = async (name: string): Promise<string> => {
    const tag = `valkey-bundle-rehearsal-${name}:local`;
    const dockerfile = join(fixtures, 'images', `${name}.Dockerfile`);
    const repeat = 'npm test -- test/full/rehearsal';
    await buildImage({ tag, context: join(fixtures, 'images'), dockerfile, args: { BASE: base }, repeat }, report);
    return tag;
  };
  return { server: await make('base'), debian: await make('debian'), valkey: upstreamVersion(record.valkey.version) };
}

/** Pushes an image of the engine to a registry on this machine, as a user of it. */
export async function pushImage(
  image: string,
  reference: string,
  { username, password }: { readonly username: string; readonly password: string },
  folder: string,
): Promise<void> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ auths: { [reference.split('/')[0] ?? '']: { auth } } }),
  );
  const env = { DOCKER_CONFIG: folder };
  await execa(dockerClient(), ['tag', image, reference]);
  await execa(dockerClient(), ['push', reference], { env });
  await execa(dockerClient(), ['image', 'rm', reference]);
}

/**
 * The project on GitHub: a bare repository, with a commit of what stands here, and one of what the rehearsal changes.
 */
export interface Project {
  readonly url: string;
  readonly asItStands: string;
  readonly changed: string;
}

export async function makeProject(
  remote: GitRemote,
  change: (work: string) => Promise<void>,
  tag: string,
): Promise<Project> {
  const work = join(remote.folder, 'project.work');
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: paths.root,
  });
  for (const name of stdout.split('\0').filter(Boolean))
    await cp(join(paths.root, name), join(work, name), { verbatimSymlinks: true }).catch((error: unknown) => {
      // Removed here, and not committed yet.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
  await git(work, 'init', '--quiet', '--initial-branch=main');
  const asItStands = await commitAll(work, 'The project');
  await change(work);
  const changed = await commitAll(work, 'What the rehearsal changes');
  await git(work, 'tag', tag);
  const bare = join(remote.folder, 'project.git');
  await git(work, 'clone', '--quiet', '--bare', '.', bare);
  await git(bare, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  await rm(work, { recursive: true });
  return { url: remote.urlOf('project'), asItStands, changed };
}

/**
 * Changes a clone so that its one published line can be released here: the line of the server that this machine has, on
 * a base in this registry, for this platform; modules without the commands that a stand-in does not know; Debian's
 * Rust.
 */
export async function changeForRehearsal(
  work: string,
  { line, registry, rapidjson, json }: Readonly<Record<'line' | 'registry' | 'rapidjson' | 'json', string>>,
): Promise<void> {
  const edit = async (path: string, ...changes: readonly (readonly [RegExp, string])[]): Promise<void> => {
    let text = await readFile(join(work, path), 'utf8');
    for (const [from, to] of changes) {
      if (text.search(from) < 0) throw new Error(`${path} has no ${from}`);
      text = text.replace(from, to);
    }
    await writeFile(join(work, path), text);
  };
  for (const name of await glob('*.yaml', {
    cwd: join(work, 'modules/releases'),
    ignore: [`${line}.yaml`, 'local.yaml'],
  }))
    await rm(join(work, 'modules/releases', name));
  const platforms = `platforms: ${stringify([nativePlatform()], { collectionStyle: 'flow' }).trim()}`;
  const image = `image: ${registry}/valkey/valkey`;
  await edit(
    `modules/releases/${line}.yaml`,
    [/^platforms: .*$/m, platforms],
    [/image: docker\.io\/valkey\/valkey$/m, image],
  );
  for (const name of ['search', 'json', 'bloom', 'ldap']) {
    const path = join(work, 'modules', name, 'module.yaml');
    const manifest = parseDocument(await readFile(path, 'utf8'));
    manifest.delete('smoke');
    // It names parts of upstream's trees, which the fixtures do not have.
    manifest.deleteIn(['build', 'linked']);
    await writeFile(path, String(manifest));
  }
  // Its build is the stranger one; the line names the release before.
  await edit(`modules/releases/${line}.yaml`, [/json: \{ tag: 1\.0\.2.*\}/, `json: { tag: ${json} }`]);
  await edit('modules/json/module.yaml', [/ref: [0-9a-f]{40}$/m, `ref: ${rapidjson}`]);
  await cp(join(fixtures, 'images/rust.sh'), join(work, 'docker/tools/rust.sh'));
  const lock = JSON.parse(await readFile(join(work, 'modules/lock.json'), 'utf8')) as {
    lines: Record<string, unknown>;
  };
  lock.lines = { local: lock.lines['local'] };
  await writeFile(join(work, 'modules/lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

async function commitAll(work: string, message: string): Promise<string> {
  await git(work, 'add', '--all');
  await git(
    work,
    '-c',
    'user.name=rehearsal',
    '-c',
    'user.email=rehearsal@example.invalid',
    'commit',
    '--quiet',
    '-m',
    message,
  );
  return await git(work, 'rev-parse', 'HEAD');
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  // One time, so that the next rehearsal finds what this one has compiled.
  const date = '2026-01-01T00:00:00Z';
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  return (await execa('git', args, { cwd, env })).stdout;
}
