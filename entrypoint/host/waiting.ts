import type { ChildProcess } from 'node:child_process';
import type { Conversation, Ended, Waiting } from '../host.ts';
import { lookup } from './lookup.ts';

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
    run,
    converse,
    lookup: (name) => lookup(name),
    reach,
    stopped: stop.signal,
    nonce: () => crypto.randomUUID().replaceAll('-', ''),
  };
}

function spawn(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  out: 'pipe' | 2,
): ChildProcess {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return spawn(program, [...args], { env: { ...env }, stdio: ['pipe', out, out] });
}

function run(program: string, args: readonly string[], options: Parameters<Waiting['run']>[2]): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const { env, input = '', timeoutMs, show = false, signal } = options;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const child = spawn(program, args, env, show ? 2 : 'pipe');
  const printed = { stdout: '', stderr: '' };
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
    else resolve({ exitCode, stdout: printed.stdout, stderr: `${printed.stderr}${problem}`, timedOut });
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (text: string) => (printed[name] += text));
  }
  child.on('error', (error) => settle(null, error.message));
  child.on('close', (code) => settle(code));
  // A program that has ended already does not read.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return promise;
}

function converse(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Conversation {
  const child = spawn(program, args, env, 'pipe');
  let lines: string[] = [];
  let rest = '';
  let isOver = false;
  let notify = (): void => {};
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    notify();
  });
  child.stderr?.resume();
  child.stdin?.on('error', () => {});
  const over = (): void => {
    isOver = true;
    notify();
  };
  child.on('error', over);
  child.on('close', over);
  return {
    async ask(text, wanted, timeoutMs) {
      lines = [];
      const { promise, resolve } = Promise.withResolvers<readonly string[] | null>();
      const timer = setTimeout(() => resolve(null), timeoutMs);
      notify = () => {
        if (lines.length >= wanted) resolve(lines.slice(0, wanted));
        else if (isOver) resolve(null);
      };
      child.stdin?.write(text);
      notify();
      const answer = await promise;
      clearTimeout(timer);
      notify = () => {};
      return answer;
    },
    end: () => void child.kill('SIGKILL'),
  };
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
