import { access, chmod, constants, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { findMirrors, openSuite } from './debian.ts';
import { dockerClient } from './engine.ts';
import { placeWhole } from './files.ts';
import { PipelineError } from './pipeline-error.ts';
import { architectureOf, nativePlatform } from './platform.ts';
import { attempt, silent } from './run.ts';
import { paths } from './workspace.ts';

/** How buildx is called here, and with which environment beside the process's own. */
export interface Buildx {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `docker buildx` where the client has it; otherwise Debian's plugin, unpacked into dist/tools and run by itself, with
 * its state there too: the user's own Docker configuration is only read. `local`: the base is an image that only the
 * engine has, so the engine's own builder has to be used; otherwise it is the one that the user chose. Throws VP309
 * where none can be had.
 */
export async function ensureBuildx(local: boolean, report: (line: string) => void): Promise<Buildx> {
  const env = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1', ...(local && { BUILDX_BUILDER: 'default' }) };
  const client = dockerClient();
  const plugin = await attempt`${client} buildx version`;
  if (plugin.exitCode === 0) return { command: [client, 'buildx'], env };

  const program = await ownBuildx(report);
  // A second builder would have to come from the state of a buildx that is not there.
  const BUILDX_BUILDER = process.env['BUILDX_BUILDER'] ?? 'default';
  return { command: [program], env: { BUILDX_BUILDER, ...env, BUILDX_CONFIG: join(dirname(program), 'buildx-state') } };
}

/**
 * True where the builder knows `RUN --network=none`. That of Docker 20.10 refuses a whole Dockerfile that has it.
 */
export async function knowsRunNetwork({ command: [program, ...words], env }: Buildx): Promise<boolean> {
  const { stdout } = await attempt({ env: { ...process.env, ...env } })`${program} ${words} inspect --bootstrap`;
  const engine = await attempt`${dockerClient()} version --format ${'{{.Server.Version}}'}`;
  return readsRunNetwork(stdout, engine.stdout);
}

/**
 * From what `buildx inspect` prints. The engine's own builder goes by the engine's version: Debian builds it without
 * one of its own.
 */
export function readsRunNetwork(inspected: string, engine: string): boolean {
  if (/^Driver: +docker$/m.test(inspected)) return Number.parseInt(engine, 10) >= 23;
  const [, minor] = /^BuildKit version: +v0\.(\d+)\./m.exec(inspected) ?? [];
  return Number(minor) >= 10;
}

async function ownBuildx(report: (line: string) => void): Promise<string> {
  const file = 'usr/libexec/docker/cli-plugins/docker-buildx';
  const program = { package: 'docker-buildx', suites: ['trixie', 'sid'], file };
  const taking = (): void =>
    report('The docker client has no buildx: taking it out of the Debian package docker-buildx');
  try {
    return await ensureProgram('docker-buildx', program, taking);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('VP309', 'the Debian archive did not give docker-buildx', { details: why, cause });
  }
}

/**
 * The path of the program in dist/tools; it is taken out of its package if it is not there yet, and `taking` is called
 * before that. Throws VP902 where it cannot be had.
 */
export async function ensureProgram(
  name: string,
  program: DebianProgram,
  taking: () => void = () => undefined,
): Promise<string> {
  const target = join(paths.root, 'dist', 'tools', name);
  try {
    await access(target, constants.X_OK);
  } catch {
    taking();
    await takeProgram(program, target);
  }
  return target;
}

/** The path of docker-compose 2, which also runs by itself, without being a plugin of the docker client. */
export function ensureCompose(taking?: () => void): Promise<string> {
  const file = 'usr/libexec/docker/cli-plugins/docker-compose';
  return ensureProgram('docker-compose', { package: 'docker-compose', suites: ['trixie', 'sid'], file }, taking);
}

/**
 * The path of kubectl, which renders kustomizations without a cluster. Always Debian's, so that every machine renders
 * with the same one, whatever is on its PATH.
 */
export function ensureKubectl(): Promise<string> {
  return ensureProgram('kubectl', { package: 'kubectl', suites: ['trixie', 'sid'], file: 'usr/bin/kubectl' });
}

/** The path of rclone, which the components of deploy/ upload backups with. */
export function ensureRclone(): Promise<string> {
  return ensureProgram('rclone', { package: 'rclone', suites: ['trixie', 'sid'], file: 'usr/bin/rclone' });
}

/** A program that is taken out of its Debian package, of a suite that this machine itself need not use. */
interface DebianProgram {
  readonly package: string;
  /** Tried in this order. */
  readonly suites: readonly string[];
  /** Where the package has it, without the leading slash. */
  readonly file: string;
}

/** Unpacks the program to `target`; the machine's own packages stay as they are. Throws VP902 where no suite has it. */
async function takeProgram(program: DebianProgram, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'debian-program-'));
  const failures: string[] = [];
  try {
    const { archive } = await findMirrors();
    for (const suite of program.suites) {
      try {
        const tree = await unpack(program.package, archive, suite, join(folder, suite));
        return await placeWhole(target, async (partial) => {
          await copyFile(join(tree, program.file), partial);
          await chmod(partial, 0o755);
        });
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const what = `no Debian suite of ${program.suites.join(', ')} gave the package ${program.package}`;
  throw new PipelineError('VP902', what, { details: failures.join('\n') });
}

/** The folder in which the files of the package are then. */
async function unpack(name: string, mirror: string, suite: string, folder: string): Promise<string> {
  const opened = await openSuite({ mirror, suite, architecture: architectureOf(nativePlatform()), folder });
  const deb = await opened.download(name, join(folder, 'deb'));
  if (deb === null) throw new PipelineError('VP209', `Debian ${suite} has no ${name}`);
  const tree = join(folder, 'tree');
  await silent`dpkg-deb -x ${deb.path} ${tree}`;
  return tree;
}
