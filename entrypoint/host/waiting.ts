import type { Ended, Waiting } from '../host.ts';
import { lookup } from './lookup.ts';
import { askOnce, openSession } from './resp.ts';

/*
 * Everything that waits. Node's modules for it are loaded when they are needed: a start is never the one that needs them.
 */

/** The real one. From now on SIGTERM and SIGINT do not end the process: they abort `stopped`, also where it is process 1. */
export function nodeWaiting(): Waiting {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  return {
    now: () => performance.now(),
    date: () => Math.floor(Date.now() / 1000),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    ask: askOnce,
    open: openSession,
    run,
    lookup: (name) => lookup(name),
    reach,
    stopped: stop.signal,
    nonce: () => crypto.randomUUID().replaceAll('-', ''),
  };
}

function run(program: string, args: readonly string[], options: Parameters<Waiting['run']>[2]): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const { env, timeoutMs, signal } = options;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(program, [...args], { env: { ...env }, stdio: ['ignore', 2, 2] });
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
    else resolve({ exitCode, problem, timedOut });
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
