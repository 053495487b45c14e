import { realpathSync } from 'node:fs';

/**
 * Addresses of names, for a start, which cannot wait for anything itself: a second process of our own asks for all of them at once, and
 * is ended when the time is up. `getent` would ask for one after the other, so one slow name would use up the time of all.
 */
export function resolve(names: readonly string[], timeoutMs: number): ReadonlyMap<string, readonly string[]> {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stdout } = spawnSync(realpathSync(process.execPath), ['resolve', '--within', String(timeoutMs), ...names], {
    argv0: 'valkey-bundle',
    // getaddrinfo blocks a thread: one for each name, and a name server that says nothing is asked again soon.
    env: { UV_THREADPOOL_SIZE: '64', RES_OPTIONS: process.env['RES_OPTIONS'] ?? 'timeout:1 attempts:2' },
    encoding: 'utf8',
    // It ends by itself; this is for a resolver that does not come back.
    timeout: timeoutMs + 200,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const found = stdout.split('\n').flatMap((line) => {
    const [name, ...addresses] = line.split(' ');
    return name === undefined || addresses.length === 0 ? [] : [[name, addresses] as const];
  });
  return new Map(found);
}
