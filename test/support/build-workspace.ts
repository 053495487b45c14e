import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { parse } from 'yaml';
import { type LockedSource, lockFile } from '../../scripts/data/lock.ts';
import { type ReleaseLine, releaseLine } from '../../scripts/data/release-line.ts';
import { upstreamVersion } from '../../scripts/data/version.ts';
import { sha256 } from '../../scripts/lib/files.ts';
import { architectureOf, nativePlatform } from '../../scripts/lib/platform.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { startCratesServer } from './crates-server.ts';
import { makeGitRemotes } from './git-remotes.ts';

/** What a module's manifest says beside its name. */
export interface FixtureModule {
  readonly file: string;
  /** What its build clones. */
  readonly dependencies?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  /** It needs the crates of crates-server.ts, and the workspace keeps its Cargo.lock. */
  readonly cargoLock?: 'kept';
}

interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A workspace of its own: a folder of modules with manifests, the release line `own` on the base of the line local and
 * with its modules too, a lock, and a git repository a module. No code knows of any of it.
 */
export interface BuildWorkspace {
  readonly modules: string;
  readonly dist: string;
  /** For processes that are to see its git repositories. */
  readonly env: Readonly<Record<string, string>>;
  /** dist/artifacts/own/<arch>. */
  readonly artifacts: string;
  /** Commits a change of a module's files, and locks the commit. */
  commit(module: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Makes a repository of a header and a licence, adds it to a module's as a submodule, and locks the commit. */
  submodule(name: string, path: string, of: string): Promise<void>;
  /** Writes another manifest. */
  describe(module: string, fixture: FixtureModule): Promise<void>;
  /** Writes its Dockerfile with this text in the place of that. */
  rewrite(module: string, text: string | RegExp, by: string): Promise<void>;
  run(verb: string, ...args: string[]): Promise<Ended>;
  start(verb: string, ...args: string[]): ReturnType<typeof startVerb>;
  /** What BuildKit printed in the last build, or the last assembly of images. */
  log(of: 'build' | 'image'): Promise<string>;
  /** The steps that it executed for that, as `module-dice RUN ...`, but FROM: the base is looked up each time. */
  executed(of: 'build' | 'image'): Promise<string[]>;
  remove(): Promise<void>;
}

const fixtures = join(paths.root, 'test/fixtures/modules');

/** `modules`: folders of test/fixtures/modules by name. */
export async function makeBuildWorkspace(modules: Readonly<Record<string, FixtureModule>>): Promise<BuildWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'build-'));
  const [data, dist] = [join(folder, 'modules'), join(folder, 'dist')];
  await mkdir(join(data, 'releases'), { recursive: true });
  const remotes = await makeGitRemotes(join(folder, 'remotes'));
  const crates = await startCratesServer();

  const writeManifest = async (name: string, fixture: FixtureModule): Promise<void> => {
    const { file, dependencies = [], cargoLock } = fixture;
    const about = { name, title: name, repository: remotes.urlOf(name), licence: 'BSD-3-Clause', file, loadName: name };
    await mkdir(join(data, name), { recursive: true });
    await writeJson(join(data, name, 'module.yaml'), {
      ...about,
      build: { dependencies, ...(cargoLock && { cargoLock }) },
      loadArgs: { style: 'plain' },
    });
  };
  const rewrite = async (name: string, from: string | RegExp, by: string): Promise<void> => {
    const text = await readFile(join(fixtures, name, 'Dockerfile'), 'utf8');
    if (text.search(from) < 0) throw new Error(`the Dockerfile of ${name} has no ${from}`);
    await writeFile(
      join(data, name, 'Dockerfile'),
      text.replace(from, () => by),
    );
  };
  const { base, modules: localLocked } = await lockOf('local');
  const server = base.kind === 'debian' ? upstreamVersion(base.valkey.version) : '';
  const header = async (name: string, ref: string) => ({
    repository: remotes.urlOf(name),
    ref,
    commit: await remotes.create(name, [[join(fixtures, `${name}.h`), `${name}.h`]]),
  });
  const pinned: Readonly<Record<string, unknown>> = {
    hashing: await header('hashing', 'main'),
    server: await header('server', server.split('.').slice(0, 2).join('.')),
  };
  const locked: Record<string, LockedSource> = { ...localLocked };
  const lock = async (name: string, commit: string): Promise<void> => {
    const cloned = (modules[name]?.dependencies ?? []).map((dependency) => [dependency.name, pinned[dependency.name]]);
    const dependencies: unknown = Object.fromEntries(cloned);
    const text = crates.lock(name, ['shout']);
    const kept = modules[name]?.cargoLock === 'kept';
    if (kept) await writeFile(join(data, name, 'Cargo-1.0.0.lock'), text);
    const pins = { dependencies, ...(kept && { cargoLock: sha256(text) }) };
    const source = { kind: 'git', repository: remotes.urlOf(name), tag: '1.0.0', commit, ...pins };
    const lines = { own: { base, modules: { ...locked, [name]: source } } };
    Object.assign(locked, lockFile.parse({ version: 1, lines }).lines['own']?.modules);
    await writeJson(join(data, 'lock.json'), { version: 1, lines });
  };
  for (const [name, fixture] of Object.entries(modules)) {
    await writeManifest(name, fixture);
    await rewrite(name, '', '');
    const common = ['module.h', 'LICENSE'].map((file) => [join(fixtures, file), file] as const);
    await lock(name, await remotes.create(name, [[join(fixtures, name), '.'], ...common]));
  }
  await writeJson(join(data, 'releases', 'own.yaml'), await ownLine(data, Object.keys(modules)));

  const architecture = architectureOf(nativePlatform());
  const artifacts = join(dist, 'artifacts', 'own', architecture);
  const log = (of: string) => readFile(join(dist, 'logs', `${of}-own-${architecture}.log`), 'utf8').catch(() => '');
  const start = (verb: string, ...args: string[]) =>
    startVerb(verb, args, { cwd: folder, env: { ...remotes.env, VALKEY_BUNDLE_CRATES_MIRROR: crates.mirror } });
  return {
    modules: data,
    dist,
    env: remotes.env,
    artifacts,
    describe: writeManifest,
    rewrite,
    start,
    commit: async (name, files) => lock(name, await remotes.commit(name, files)),
    submodule: async (name, path, of) => {
      await remotes.create(name, [[join(fixtures, 'module.h'), `${name}.h`]]);
      await lock(of, await remotes.submodule(name, path, of));
    },
    async run(verb, ...args) {
      const { exitCode, stdout, stderr } = await start(verb, ...args);
      return { exitCode, stdout, stderr };
    },
    log,
    executed: async (of) => executedSteps(await log(of)),
    remove: async () => {
      await crates.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * BuildKit announces `#7 [target stage 2/3] RUN make` and ends it with `#7 DONE 0.1s`, or `#7 CACHED`; each bake counts
 * from #0 on.
 */
function executedSteps(log: string): string[] {
  return log.split(/^(?=#0 )/m).flatMap((bake) => {
    const done = new Set([...bake.matchAll(/^(#\d+) DONE /gm)].map(([, number]) => number));
    const steps = bake.matchAll(/^(#\d+) \[(?:\S+ )*?(\S+) +\d+\/\d+\] ((?!FROM ).*)$/gm);
    return [...steps].flatMap(([, number, stage, instruction]) =>
      done.has(number) ? [`${stage} ${instruction}`] : [],
    );
  });
}

/** Runs a verb as npm does, without the bootstrap. */
function startVerb(
  verb: string,
  args: readonly string[],
  where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
) {
  const script = join(paths.root, 'scripts', `${verb}.ts`);
  return execa(process.execPath, [script, ...args], { ...where, reject: false, stdin: 'ignore' });
}

/** The line local with more modules and a variant; its base stays the same, and need not be made again. */
async function ownLine(data: string, names: readonly string[]): Promise<ReleaseLine> {
  const local = releaseLine.parse(parse(await readFile(paths.localLine, 'utf8')));
  for (const name of Object.keys(local.modules))
    await cp(join(paths.root, 'modules', name), join(data, name), { recursive: true });
  const { directives = [] } = local.variants['default']?.defaults ?? {};
  const defaults = { moduleArgs: [], directives: [...directives, { name: 'loglevel', value: 'warning' }] };
  return {
    ...local,
    line: 'own',
    modules: { ...local.modules, ...Object.fromEntries(names.map((name) => [name, { tag: '1.0.0' }])) },
    variants: { ...local.variants, quiet: { tags: ['own-quiet'], defaults } },
  };
}

async function lockOf(line: string) {
  const text = await readFile(join(paths.root, 'modules', 'lock.json'), 'utf8');
  const found = lockFile.parse(JSON.parse(text)).lines[line];
  if (found) return found;
  throw new Error(`modules/lock.json has no line ${line}: npm run resolve -- --line ${line}`);
}

/** YAML holds JSON. */
async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
