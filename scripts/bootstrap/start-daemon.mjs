import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError, say } from './console.mjs';
import { engineAnswers } from './find-engine.mjs';

const log = '/var/log/valkey-bundle-dockerd.log';
const pidFile = '/var/run/docker.pid';
const patience = 60_000;

export function findDaemon(env) {
  const folders = [...(env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/usr/local/bin'];
  return folders.map((folder) => `${folder}/dockerd`).find((path) => existsSync(path));
}

/** Starts dockerd so that it outlives us, and returns when it answers. */
export async function startDaemon(env) {
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

/** What a killed daemon left behind may name another process by now, and dockerd would refuse to start beside it. */
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
