import { realpathSync } from 'node:fs';
import { type Host, type KnownNode, type Resolved, SURE } from '../host.ts';

/**
 * Addresses of nodes' names, for a start, which cannot wait for anything itself: a second process of our own asks for all of them at once, and
 * is ended when the time is up. `getent` would ask for one after the other, so one slow name would use up the time of all. What it has to say
 * to people goes where a start says it.
 */
export function resolve(nodes: readonly KnownNode[], limits: Parameters<Host['resolve']>[1]): Resolved {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { resolveMs, confirmMs } = limits;
  const options = ['--within', String(resolveMs), '--confirm', String(confirmMs)];
  const known = nodes.map(({ host, ip, busPort }) => `${host}=${ip}@${busPort}`);
  const { stdout } = spawnSync(realpathSync(process.execPath), ['resolve', ...options, ...known], {
    argv0: 'valkey-bundle',
    // getaddrinfo blocks a thread: one for each name, and a name server that says nothing is asked again soon.
    env: { UV_THREADPOOL_SIZE: '64', RES_OPTIONS: process.env['RES_OPTIONS'] ?? 'timeout:1 attempts:2' },
    encoding: 'utf8',
    // It ends by itself; this is for a resolver that does not come back.
    timeout: Math.max(resolveMs, confirmMs) + 200,
    // A tool ends in its own time at SIGTERM, and a lookup in the system's resolver cannot be called off.
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addresses = stdout.split('\n').flatMap((line) => {
    const [name, ...found] = line.split(' ');
    return name === undefined || found.length === 0 ? [] : [[name, found] as const];
  });
  return { addresses: new Map(addresses), isSure: confirmMs === 0 || stdout.split('\n').includes(SURE) };
}
