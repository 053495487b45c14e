import { spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError, say } from './console.mjs';

/**
 * The environment of a verb that needs Docker, or undefined if no engine answers, or no client can build on it.
 * VALKEY_BUNDLE_DOCKER is a client that builds with BuildKit; DOCKER_HOST is set where the client's context is not the
 * default, for libraries that do not read contexts.
 */
export function findEngine(env) {
  const client = clients(env).find((path) => answers(path, env) && buildsWithBuildKit(path, env));
  return client && { VALKEY_BUNDLE_DOCKER: client, ...contextHost(client, env) };
}

/** True if an engine answers any client: then only one that can build is missing. */
function engineAnswers(env) {
  return clients(env).some((path) => answers(path, env));
}

/** Every docker on PATH, and where Debian puts it; the one that the user named comes first. */
function clients(env) {
  const folders = [...(env.PATH ?? '').split(':'), '/usr/bin'];
  const paths = [env.VALKEY_BUNDLE_DOCKER, ...folders.map((folder) => `${folder}/docker`)];
  const there = paths.filter((path) => path && existsSync(path));
  const seen = new Set();
  return there.filter((path) => {
    const real = realpathSync(path);
    return !seen.has(real) && seen.add(real);
  });
}

function answers(client, env) {
  return ask(client, env, ['version', '--format', '{{.Server.Version}}']) !== undefined;
}

/** Since 23 the docker client leaves BuildKit to the plugin buildx; before, it had BuildKit built in. */
function buildsWithBuildKit(client, env) {
  if (ask(client, env, ['buildx', 'version']) !== undefined) return true;
  const version = ask(client, env, ['version', '--format', '{{.Client.Version}}']) ?? '';
  const major = Number.parseInt(version, 10);
  return major >= 18 && major < 23;
}

function contextHost(client, env) {
  if (env.DOCKER_HOST) return {};
  const host = ask(client, env, ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  return !host || host === 'unix:///var/run/docker.sock' ? {} : { DOCKER_HOST: host };
}

/** The output of a command, or undefined if it failed. Bounded: an engine that hangs is one that does not answer. */
function ask(client, env, args) {
  const result = spawnSync(client, args, { env, encoding: 'utf8', timeout: 10_000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

const socket = '/var/run/docker.sock';

const whatToDo = `Fix, one of:
  - start your Docker engine, or name one that runs: DOCKER_HOST=unix:///path/to/docker.sock
  - Debian or Ubuntu, as root: apt-get install docker.io, then start dockerd; or run this as root, which does both
  - elsewhere: install Docker with the plugin buildx (docker buildx version must answer)`;

/** Starts Debian's Docker engine, installed first if it is missing. Only as root, with apt; else it says what to do. */
export async function installEngine(env) {
  if (engineAnswers(env)) return installClient(env);
  if (env.DOCKER_HOST) {
    throw new BootstrapError(
      `no Docker engine answers at DOCKER_HOST=${env.DOCKER_HOST}.\nFix: start it, or unset DOCKER_HOST.`,
    );
  }
  if (!mayReach(socket)) {
    throw new BootstrapError(
      `there is ${socket}, and you may not use it.\nFix: run this as root, or add your user to the group docker and log in again.`,
    );
  }
  if (process.getuid?.() !== 0)
    throw new BootstrapError(`no Docker engine answers, and only root may start one.\n${whatToDo}`);
  if (!findDaemon(env)) {
    if (!hasApt(env))
      throw new BootstrapError(`no Docker engine answers, and there is no apt-get to install one with.\n${whatToDo}`);
    say("no Docker engine answers: installing Debian's (docker.io)");
    aptInstall(['docker.io'], env);
  }
  // Installing may have started it, where there is a service manager.
  const answering = findEngine(env);
  if (answering) return answering;
  await startDaemon(env);
  return findEngine(env) ?? installClient(env);
}

function mayReach(path) {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch (error) {
    return error.code !== 'EACCES';
  }
}

/** An engine answers, but no client here can build on it: a docker client from 23 on leaves BuildKit to a plugin. */
function installClient(env) {
  const advice = 'Fix: install the plugin docker-buildx, or name another client in VALKEY_BUNDLE_DOCKER.';
  if (process.getuid?.() !== 0 || !hasApt(env)) {
    throw new BootstrapError(`a Docker engine answers, and no docker client here can build with BuildKit.\n${advice}`);
  }
  for (const name of ['docker.io', 'docker-cli', 'docker-buildx']) {
    say(`no docker client can build with BuildKit: installing ${name}`);
    try {
      aptInstall([name], env);
    } catch (error) {
      // docker-cli and docker-buildx exist only from Debian 13 on.
      if (!(error instanceof BootstrapError)) throw error;
    }
    const found = findEngine(env);
    if (found) return found;
  }
  throw new BootstrapError(`no docker client that can build with BuildKit could be installed.\n${advice}`);
}

const log = '/var/log/valkey-bundle-dockerd.log';
const pidFile = '/var/run/docker.pid';
const patience = 60_000;

function findDaemon(env) {
  const folders = [...(env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/usr/local/bin'];
  return folders.map((folder) => `${folder}/dockerd`).find((path) => existsSync(path));
}

/** Starts dockerd so that it outlives us, and returns when it answers. */
async function startDaemon(env) {
  const daemon = existsSync('/run/systemd/system') ? startService(env) : startDetached(env);
  const started = Date.now();
  while (!engineAnswers(env)) {
    if (daemon.ended() || Date.now() - started > patience) {
      const why = daemon.ended() ? 'ended' : `did not answer within ${patience / 1000} s`;
      throw new BootstrapError(`dockerd ${why}. The end of its log (${daemon.where}):\n${daemon.tail()}`);
    }
    await sleep(100);
  }
  say(`the Docker engine answers after ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function startService(env) {
  say('starting the service docker');
  const result = spawnSync('systemctl', ['start', 'docker'], { env, encoding: 'utf8' });
  return { ended: () => result.status !== 0, where: 'journalctl -u docker', tail: () => result.stderr };
}

/** The file of a killed daemon may name another process by now, and dockerd would refuse to start beside it. */
function removeStalePidFile() {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'dockerd') rmSync(pidFile);
  } catch {
    // No file, or no such process: dockerd sees to that itself.
  }
}

/** In a session of its own, so that neither Ctrl-C nor the end of this terminal reaches it. */
function startDetached(env) {
  removeStalePidFile();
  say(`starting dockerd, which stays when this ends (log: ${log})`);
  const output = openSync(log, 'w');
  const child = spawn(findDaemon(env), [], { env, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  let failure;
  child.on('error', (error) => {
    failure = error.message;
  });
  child.unref();
  return {
    ended: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    where: log,
    tail: () => failure ?? readFileSync(log, 'utf8').split('\n').slice(-15).join('\n'),
  };
}

function hasApt(env) {
  return spawnSync('apt-get', ['--version'], { env, stdio: 'ignore' }).status === 0;
}

/** Installs packages without recommendations or questions; refreshes the package lists only if that fails. */
function aptInstall(packages, env) {
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  if (apt(install, env).status === 0) return;
  say('refreshing the package lists of apt');
  const updated = apt(['update'], env);
  const installed = apt(install, env);
  if (installed.status === 0) return;
  throw new BootstrapError(
    `apt-get ${install.join(' ')} failed with exit code ${installed.status}:\n` +
      `${updated.stderr}${installed.stdout}${installed.stderr}`,
  );
}

function apt(args, env) {
  // A lock that another apt holds (unattended upgrades) is waited for, within reason.
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
  return spawnSync('apt-get', [...options, ...args], {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}
