import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { ensureTools } from '../../scripts/lib/apt.ts';
import { patienceMs } from './patience.ts';
import { until } from './until.ts';

/** A real registry on 127.0.0.1: Debian's docker-registry, as a process of the test's own. */
export interface TestRegistry {
  /** 127.0.0.1:port; the same after a restart. */
  readonly host: string;
  readonly storage: string;
  /**
   * The requests for one repository that were answered since this was last asked for it, as `PUT /v2/...`, oldest
   * first.
   */
  requests(repository: string): Promise<string[]>;
  /** Ends it as a loss of power would. */
  kill(): Promise<void>;
  /** Stops it answering, with its connections open, until `start`. */
  freeze(): void;
  /** Waits until a request has come that the frozen registry does not read. */
  untilAsked(): Promise<void>;
  /** Starts it again on the same storage, or lets it go on. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** How requests are let in: nobody is asked, or by a part of the registry's own configuration. */
export interface RegistryWish {
  readonly auth?: Readonly<Record<string, unknown>>;
}

/** Starts a registry with an empty storage; installs the program where it is missing. */
export async function startRegistry({ auth }: RegistryWish = {}): Promise<TestRegistry> {
  await ensureTools({ 'docker-registry': 'docker-registry' }, () => {});
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-registry-'));
  const storage = join(folder, 'storage');
  let running: ChildProcess | undefined;
  let address = '127.0.0.1:0';
  let output = '';
  const seen = new Map<string, number>();
  const start = async (): Promise<void> => {
    if (running !== undefined && isRunning(running)) return void running.kill('SIGCONT');
    const config = join(folder, 'config.yml');
    await writeFile(config, stringify(configuration(address, storage, auth)));
    const program = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    running = program;
    let log = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        log += bytes.toString('utf8');
        output += bytes.toString('utf8');
      });
    }
    address = await until('the registry listens', async () => {
      if (!isRunning(program)) throw new Error(`docker-registry ended:\n${log}`);
      return /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
    });
    await until(
      'the registry answers',
      async () => (await fetch(`http://${address}/v2/`).catch(() => null)) ?? undefined,
    );
  };
  const kill = async (): Promise<void> => {
    if (running === undefined || !isRunning(running)) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    host: address,
    storage,
    requests: async (repository) => {
      // The log has the request that is made now behind all those before it.
      const mark = randomUUID();
      await fetch(`http://${address}/v2/?${mark}`);
      await until('the log is complete', async () => output.includes(mark) || undefined);
      const all = [...output.matchAll(/"([A-Z]+ \/v2\/(\S*)) HTTP/g)]
        .filter((match) => match[2]?.startsWith(`${repository}/`))
        .map((match) => match[1] ?? '');
      const fresh = all.slice(seen.get(repository) ?? 0);
      seen.set(repository, all.length);
      return fresh;
    },
    kill,
    freeze: () => freeze(running),
    untilAsked: () => until('a request comes', async () => (await hasUnread(address)) || undefined).then(() => {}),
    start,
    remove: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Stops a program, and comes back when each of its threads stands: the signal reaches them one after the other, and one
 * may still answer.
 */
function freeze(program: ChildProcess | undefined): void {
  if (program?.pid === undefined || !program.kill('SIGSTOP')) throw new Error('the registry does not run');
  const tasks = `/proc/${program.pid}/task`;
  const stands = (task: string): boolean => /\) T /.test(readFileSync(join(tasks, task, 'stat'), 'utf8'));
  const end = Date.now() + patienceMs;
  while (!readdirSync(tasks).every(stands)) {
    if (Date.now() > end) throw new Error('the registry goes on after SIGSTOP');
  }
}

/** The part of a registry's configuration that asks for a user and password, by a file that htpasswd makes. */
export async function basicAuth(folder: string, user: { username: string; password: string }) {
  await ensureTools({ htpasswd: 'apache2-utils' }, () => {});
  const path = join(folder, 'htpasswd');
  await execa('htpasswd', ['-i', '-B', '-c', path, user.username], { input: user.password });
  if (!(await readFile(path, 'utf8')).includes('$2y$')) throw new Error('htpasswd made no bcrypt hash');
  return { htpasswd: { realm: 'test', path } };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function configuration(addr: string, rootdirectory: string, auth: RegistryWish['auth']) {
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory } },
    http: { addr },
    ...(auth === undefined ? {} : { auth }),
  };
}

/** Whether bytes that nobody has read wait in an open connection to an address: the kernel's own table tells. */
async function hasUnread(address: string): Promise<boolean> {
  const port = Number(address.split(':')[1]).toString(16).toUpperCase().padStart(4, '0');
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/));
  // 01: open at both ends. In a connection that the other side has closed, its farewell would count as one byte.
  return rows.some(
    ([, local, , state, queues]) => local === `0100007F:${port}` && state === '01' && /:0*[1-9A-F]/.test(queues ?? ''),
  );
}
