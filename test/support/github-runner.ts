import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { ensureTools } from '../../scripts/lib/apt.ts';
import { ensureProgram } from '../../scripts/lib/programs.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { ensureCosign } from '../../scripts/supply/cosign.ts';
import { type ActionName, actions } from './github-actions.ts';
import type { JobStart, Machine, StepResult } from './workflow.ts';

/** What the jobs of a run have in common. */
interface RunWish {
  /** GITHUB_* and RUNNER_* beside those of a job. */
  readonly variables: Readonly<Record<string, string>>;
  /** URL of the repository, and the commit that a job checks out. */
  readonly project: string;
  readonly commitOf: (job: string) => string;
  /** The registry that stands in for ghcr.io. */
  readonly registry: string;
  /** For ~/.gitconfig of the user. */
  readonly gitconfig: string;
  /** A CARGO_HOME that leads to other crates than those of crates.io. */
  readonly cargoHome: string;
  /** Commands that take the place of others, which are too long or cannot be run. */
  readonly instead: Readonly<Record<string, string>>;
}

/** A machine as GitHub's, of a user who is not root: made for one rehearsal. */
export interface Runner {
  readonly folder: string;
  readonly user: string;
  /** The machine of one job. `artifacts`: of the run. */
  open(run: RunWish, job: JobStart): Promise<Machine>;
  remove(): Promise<void>;
}

/** What a stand-in of an action may use. */
export interface JobPlace {
  readonly run: RunWish;
  readonly job: JobStart;
  /** The clone. */
  readonly work: string;
  readonly home: string;
  /** Programs here come first on PATH. */
  readonly tools: string;
  /** Artifacts of the run, a folder each. */
  readonly artifacts: string;
  /** Files for stand-ins: cosign, its keys, buildx. */
  readonly store: string;
  /** Runs a command as the user, in the clone or another folder. */
  as(command: readonly string[], folder?: string): Promise<StepResult>;
}

/** Not in TMPDIR, which may be closed to other users; `.ci/in-debian` shares /tmp with its container. */
const tempPrefix = '/tmp/valkey-bundle-rehearsal-';

/** What an Ubuntu runner does not have: these are covered for the user's processes. */
const programs = ['mmdebstrap', 'docker-registry', 'skopeo', 'patchelf', 'cosign', 'grype', 'gh'];

/**
 * Run as root, in a namespace of its own for mounts: the keyring of Debian, and what its archive gave, is out of sight,
 * and apt names another archive. The rest of the words are a user, a folder, variables, `--` and a command.
 */
const asOnUbuntu = `set -eu
for folder in /usr/share/keyrings /etc/apt/sources.list.d /var/lib/apt/lists; do mount -t tmpfs tmpfs "$folder"; done
[ ! -e /etc/apt/sources.list ] || mount --bind /dev/null /etc/apt/sources.list
echo "deb [trusted=yes] http://ubuntu.invalid/ubuntu noble main" >/etc/apt/sources.list.d/ubuntu.list
: >"/var/lib/apt/lists/ubuntu.invalid_ubuntu_dists_noble_main_binary-$(dpkg --print-architecture)_Packages"
for program in ${programs.join(' ')}; do
  for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin; do
    [ ! -e "$folder/$program" ] || mount --bind /dev/null "$folder/$program"
  done
done
user=$1 folder=$2
shift 2
exec runuser -u "$user" -- env -i --chdir="$folder" "$@"`;

/** Makes the user and what the stand-ins need. Only root can. What a rehearsal has left that was cut off goes. */
export async function makeRunner(): Promise<Runner> {
  await removeRemains();
  const folder = await mkdtemp(tempPrefix);
  // For the user, too.
  await chmod(folder, 0o755);
  const user = `${userPrefix}${process.pid}`;
  const account = ['--no-log-init', '--no-create-home', '--home-dir', folder, '--shell', '/bin/bash'];
  await execa('useradd', [...account, '--groups', 'docker', user]);
  const store = join(folder, 'store');
  await fillStore(store);
  // What the stand-in for gh was asked.
  await writeFile(join(folder, 'gh.log'), '');
  await chmod(join(folder, 'gh.log'), 0o666);
  let count = 0;
  let packages: string | null = null;
  return {
    folder,
    user,
    async open(run, job) {
      count += 1;
      const root = join(folder, `${count}-${job.id}`);
      const place = await makePlace(root, store, user, run, job);
      return {
        run: (command, env) => runStep(place, user, command, env),
        async uses(action, given) {
          if (!(action in actions)) throw new Error(`the rehearsal has no stand-in for ${action}: write one`);
          const result = await actions[action as ActionName](place, given);
          // As npm's packages: those that the first job has installed.
          if (action === 'actions/checkout' && packages !== null)
            await execa('cp', ['--archive', packages, join(place.work, 'node_modules')]);
          return result;
        },
        async close() {
          const installed = join(place.work, 'node_modules');
          const kept = join(folder, 'node_modules');
          if (packages === null && (await execa('mv', [installed, kept], { reject: false })).exitCode === 0)
            packages = kept;
          await rm(root, { recursive: true, force: true });
        },
      };
    },
    async remove() {
      await execa('userdel', [user], { reject: false });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const userPrefix = 'valkey-bundle-gh-';

async function removeRemains(): Promise<void> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const [name = '', , , , , folder = ''] of users) {
    if (!name.startsWith(userPrefix) || existsSync(`/proc/${name.slice(userPrefix.length)}`)) continue;
    await execa('userdel', [name], { reject: false });
    if (folder.startsWith(tempPrefix)) await rm(folder, { recursive: true, force: true });
  }
}

/** Debian's cosign with a pair of keys; buildx and cargo, which a runner has. */
async function fillStore(store: string): Promise<void> {
  await mkdir(join(store, 'cosign'), { recursive: true });
  const file = 'usr/libexec/docker/cli-plugins/docker-buildx';
  const buildx = await ensureProgram('docker-buildx', { package: 'docker-buildx', suites: ['trixie', 'sid'], file });
  await copyFile(buildx, join(store, 'docker-buildx'));
  await ensureTools({ cargo: 'cargo' }, () => {});
  // Where rustup manages it, `cargo` is rustup's own program, which another user cannot use.
  const managed = await execa('rustup', ['which', 'cargo'], { reject: false });
  const cargo = managed.exitCode === 0 ? managed : await execa('which', ['cargo']);
  await copyFile(cargo.stdout, join(store, 'cargo'));
  const cosign = await ensureCosign();
  const { stdout: path } = await execa('which', [cosign]);
  await copyFile(path, join(store, 'cosign', 'cosign'));
  const env = { COSIGN_PASSWORD: '' };
  await execa(path, ['generate-key-pair', '--output-key-prefix', join(store, 'cosign', 'test')], { env });
  await execa('chmod', ['--recursive', 'a+rX', store]);
}

async function makePlace(root: string, store: string, user: string, run: RunWish, job: JobStart): Promise<JobPlace> {
  const [work, home, tools] = [join(root, 'work'), join(root, 'home'), join(root, 'tools')];
  for (const path of [work, tools, join(root, 'temp'), join(home, '.docker/cli-plugins')])
    await mkdir(path, { recursive: true });
  await copyFile(join(store, 'docker-buildx'), join(home, '.docker/cli-plugins/docker-buildx'));
  await writeFile(join(home, '.gitconfig'), run.gitconfig);
  await cp(run.cargoHome, join(home, '.cargo'), { recursive: true });
  await symlink(join(store, 'cargo'), join(tools, 'cargo'));
  // On a runner, and here it tells what it was asked.
  await writeFile(join(tools, 'gh'), '#!/bin/sh\necho "gh $*" >>"$HOME/../../gh.log"\n[ "$1 $2" != "release view" ]\n');
  await chmod(join(tools, 'gh'), 0o755);
  await execa('chown', ['--recursive', `${user}:`, root]);
  const artifacts = join(root, '..', 'artifacts', run.variables['GITHUB_RUN_ID'] ?? '');
  await mkdir(artifacts, { recursive: true });
  const as = (command: readonly string[], folder = work): Promise<StepResult> =>
    runAs({ work, home, tools, run, job }, user, command, {}, folder);
  return { run, job, work, home, tools, artifacts, store, as };
}

type Place = Pick<JobPlace, 'work' | 'home' | 'tools' | 'run' | 'job'>;

/** As GitHub runs a step: by `bash -e`, with a file for its outputs. */
async function runStep(
  place: JobPlace,
  user: string,
  given: string,
  env: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const command = place.run.instead[given.trim()] ?? given;
  const temp = join(place.work, '..', 'temp');
  const [script, output] = [join(temp, 'step.sh'), join(temp, 'output')];
  await writeFile(script, command);
  await writeFile(output, '');
  await chmod(output, 0o666);
  const own = { ...env, GITHUB_OUTPUT: output, RUNNER_TEMP: temp };
  const { ok, note = '' } = await runAs(place, user, ['bash', '-e', script], own, place.work);
  const lines = (await readFile(output, 'utf8')).split('\n').filter(Boolean);
  const outputs = lines.map((line): [string, string] => {
    const [, name, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`GITHUB_OUTPUT has the line ${line}`);
    return [name, value];
  });
  const instead = command === given ? '' : `in its place: ${command}`;
  return { ok, outputs: Object.fromEntries(outputs), note: [instead, note].filter(Boolean).join('; ') };
}

async function runAs(
  { work, home, tools, run, job }: Place,
  user: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<StepResult> {
  const variables = {
    ...machineVariables(),
    ...run.variables,
    HOME: home,
    USER: user,
    LOGNAME: user,
    PATH: `${tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_JOB: job.id,
    GITHUB_SHA: run.commitOf(job.id),
    GITHUB_WORKSPACE: work,
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_OS: 'Linux',
    // Nobody answers there: it tells only that the job may ask for an identity.
    ...(job.permissions['id-token'] === 'write' && { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/' }),
    ...env,
  };
  const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = ['--mount', 'sh', '-c', asOnUbuntu, 'sh', user, folder, ...given, ...command];
  const { exitCode, all = '' } = await execa('unshare', words, { all: true, reject: false, stdin: 'ignore' });
  const log = join(paths.logs, 'rehearsal', `${run.variables['GITHUB_RUN_ID']}-${job.id}.log`);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, `\n$ ${command.join(' ')}\n${all}\nexit code ${exitCode}\n`, { flag: 'a' });
  const tail = all.trim().split('\n').slice(-40).join('\n');
  return exitCode === 0
    ? { ok: true, outputs: {} }
    : { ok: false, outputs: {}, note: `exit code ${exitCode}:\n${tail}` };
}

/** By these the machine's programs trust its network. */
function machineVariables(): Record<string, string> {
  const wanted = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value = '']) => (wanted.test(name) ? [[name, value]] : [])),
  );
}
