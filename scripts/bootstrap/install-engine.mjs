import { accessSync, constants } from 'node:fs';
import process from 'node:process';
import { aptInstall, hasApt } from './apt.mjs';
import { BootstrapError, say } from './console.mjs';
import { engineAnswers, findEngine } from './find-engine.mjs';
import { findDaemon, startDaemon } from './start-daemon.mjs';

const socket = '/var/run/docker.sock';

const whatToDo = `Fix, one of:
  - start your Docker engine, or name one that runs: DOCKER_HOST=unix:///path/to/docker.sock
  - Debian or Ubuntu, as root: apt-get install docker.io, then start dockerd; or run this as root, which does both
  - elsewhere: install Docker with the plugin buildx (docker buildx version must answer)`;

/** Starts Debian's Docker engine, installing it first if it is missing. Only as root, with apt; otherwise it says what to do. */
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
