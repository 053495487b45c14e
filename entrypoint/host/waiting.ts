import type { Ended, Waiting } from './host.ts';
import { askOnce, openSession } from './resp.ts';

/*
 * Everything that waits. Node's modules for it are loaded when they are needed: a start is never the one that needs
 * them.
 */

/**
 * The real one. From now on SIGTERM and SIGINT do not end the process: they abort `stopped`, also where it is process
 * 1.
 */
export function nodeWaiting(): Waiting {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  return {
    now: () => performance.now(),
    date: () => Math.floor(Date.now() / 1000),
    time: () => new Date().toISOString(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ask: askOnce,
    open: openSession,
    run: runChild,
    lookup: (name) => lookup(name),
    reach,
    stopped: stop.signal,
    nonce: () => crypto.randomUUID().replaceAll('-', ''),
  };
}

/** More than any program says that is run here: valkey-check-rdb has a line for each slot. */
const OUTPUT_MAX = 4_194_304;

function runChild(program: string, args: readonly string[], options: Parameters<Waiting['run']>[2]): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const { env, timeoutMs, signal, keepsOutput = false } = options;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(program, [...args], {
    env: { ...env },
    stdio: keepsOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-OUTPUT_MAX);
    });
  let timedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, timeoutMs);
  const abort = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', abort);
  const settle = (exitCode: number | null, problem = ''): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    if (signal?.aborted === true) reject(signal.reason);
    else resolve({ exitCode, problem, timedOut, output });
  };
  child.on('error', (error) => settle(null, error.message));
  child.on('close', (code) => settle(code));
  return promise;
}

function reach(ip: string, port: number, timeoutMs: number): Promise<string | null> {
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port, timeout: timeoutMs });
    const settle = (why: string | null): void => {
      socket.destroy();
      resolve(why);
    };
    socket.on('connect', () => settle(null));
    socket.on('timeout', () => settle('no answer in time'));
    socket.on('error', (error) => settle('code' in error ? String(error.code) : error.message));
  });
}

/**
 * Addresses of a host name, IPv4 first, as the system's own resolver says (getaddrinfo follows nsswitch). A name with a
 * dot is also asked for as a complete one, at the same time: where an outer name server is down, the search list would
 * hold the answer up. The process still ends with the slower one.
 */
async function lookup(name: string): Promise<readonly string[]> {
  if (process.getBuiltinModule('node:net').isIP(name) !== 0) return [name];
  const { promises } = process.getBuiltinModule('node:dns');
  const ask = async (asked: string): Promise<readonly string[]> => {
    const found = await promises.lookup(asked, { all: true, order: 'ipv4first' });
    return found.map(({ address }) => address);
  };
  const complete = name.includes('.') && !name.endsWith('.') ? [ask(`${name}.`)] : [];
  return Promise.any([ask(name), ...complete]).catch(() => []);
}
