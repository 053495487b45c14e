import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { isDead, ownerVariable, sightFromHere } from './owner.ts';
import { removeRemains } from './remains.ts';

// node remains-main.ts <owner>, with a channel to the owner, which closes when that has ended in whichever way.

/** For programs that clean up after themselves; a request to the engine that was under way is answered by then, too. */
const graceMs = 10_000;
const everyMs = 200;

const owner = process.argv[2] ?? '';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('message', () => {});
process.once('disconnect', () => void removeAll());

async function removeAll(): Promise<void> {
  while (!isDead(owner, sightFromHere())) await pause(everyMs);
  const docker = new Docker();
  end('SIGTERM');
  for (let waited = 0; waited < graceMs && parts().length > 0; waited += everyMs) await pause(everyMs);
  end('SIGKILL');
  await removeRemains(docker);
  await pause(2 * everyMs);
  await removeRemains(docker);
  process.exit();
}

function end(signal: NodeJS.Signals): void {
  for (const pid of parts()) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}

/** The processes that were started as a part of the run. */
function parts(): number[] {
  const mark = `${ownerVariable}=${owner}`;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(mark));
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
