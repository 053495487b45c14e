import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';

/**
 * The environment of a verb that needs Docker, or undefined if no engine answers, or no client can build on it.
 * VALKEY_BUNDLE_DOCKER is a client that builds with BuildKit; DOCKER_HOST is set where the client's context is not the
 * default, for libraries that do not read contexts.
 */
export function findEngine(env) {
  const client = clients(env).find((path) => answers(path, env) && buildsWithBuildKit(path, env));
  return client && { VALKEY_BUNDLE_DOCKER: client, ...contextHost(client, env) };
}

/** Whether an engine answers any client: then one that cannot build is all that is missing. */
export function engineAnswers(env) {
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

/** What a command printed, or undefined if it failed. Bounded: an engine that hangs is one that does not answer. */
function ask(client, env, args) {
  const result = spawnSync(client, args, { env, encoding: 'utf8', timeout: 10_000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
