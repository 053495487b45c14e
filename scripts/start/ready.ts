import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodeOf, lastLines } from '../lib/engine.ts';
import { CONTAINER_NAME, SERVER_PORT, type Started, stopContainer } from './container.ts';
import type { ConfFile } from './options.ts';
import { StartError } from './start-error.ts';

const SHOWN_LINES = 30;

/**
 * Returns once the server answers. Where it will not, the error carries the last lines of its log, and the container is
 * stopped but kept, unless it goes on loading its data.
 */
export async function awaitServer(
  { container, port }: Started,
  conf: ConfFile | null,
  aborted: AbortSignal,
): Promise<void> {
  const readiness = await waitUntilReady({
    ping: () => ping(port),
    exited: exitCodeOf(container),
    explainSilence: async () => explainSilence(await lastLines(container, 1_000), conf?.path ?? null),
    aborted,
  });
  if (readiness.kind === 'ready') return;
  const log = await lastLines(container, SHOWN_LINES);
  const loading = readiness.kind === 'timeout' && readiness.loading;
  if (readiness.kind !== 'exited' && !loading) await stopContainer(container);
  throw notReady(readiness, log);
}

function notReady(readiness: Exclude<Readiness, { kind: 'ready' }>, log: string): StartError {
  const withLog = (what: string) => `${what}; the last lines of its log:\n${log.replace(/^/gm, '  | ')}`;
  const keep = `The container stays for a look: docker logs ${CONTAINER_NAME}; npm stop removes it.`;
  switch (readiness.kind) {
    case 'exited': {
      const fix = explainExit(log);
      return new StartError(
        withLog(`the container ended before the server answered, with exit code ${readiness.exitCode}`),
        {
          fix: fix === null ? keep : `${fix}\n${keep}`,
          // A server that leaves politely (code 0) has still not been started.
          exitCode: readiness.exitCode === 0 ? 1 : readiness.exitCode,
        },
      );
    }
    case 'denied':
      return new StartError(
        'the server runs in protected mode: it has no password, and refuses all who come from outside the container',
        {
          fix: `Give it a password (-e VALKEY_PASSWORD=...), or write "protected-mode no" into the file. ${keep}`,
        },
      );
    case 'unreachable':
      return new StartError(`PING on port ${SERVER_PORT} of the container goes unanswered: ${readiness.why}`, {
        fix: keep,
      });
    case 'timeout':
      return new StartError(
        withLog(
          readiness.loading
            ? `the server was still loading its data after ${READY_LIMIT_MS / 1000} seconds, and goes on`
            : `the server did not answer PING within ${READY_LIMIT_MS / 1000} seconds`,
        ),
        { fix: keep },
      );
  }
}

/**
 * Why a running server does not answer on the published port, as far as its log tells; null while it is still starting.
 * The words are those of server.c: `Running mode=standalone, port=6379.`, `Ready to accept connections tcp`.
 */
export function explainSilence(log: string, confPath: string | null): string | null {
  if (!log.includes('Ready to accept connections')) return null;
  const file = confPath ?? 'the configuration';
  const port = /Running mode=\w+, port=(\d+)/.exec(log)?.[1];
  if (port === '0') return `the server listens on no plain TCP port: take "port 0" out of ${file}`;
  if (port !== undefined && port !== String(SERVER_PORT)) {
    return `the server listens on port ${port} inside the container, and ${SERVER_PORT} is published: take "port ${port}" out of ${file} (choose the outer port with --port)`;
  }
  return `the server is ready, and nothing outside the container reaches it: take "bind" out of ${file}, or write "bind * -::*"`;
}

/** The fix for a start that failed for a known reason, or null. */
export function explainExit(log: string): string | null {
  if (/module data I can't load|Can't handle RDB format|Fatal error loading the DB|RDB file contains/i.test(log)) {
    return 'The data of an earlier start does not fit what is loaded now. Start it with the modules it had, or drop the data: npm stop -- --data.';
  }
  if (/Bad file format reading the append only file|Unexpected end of file reading the append only file/i.test(log)) {
    return 'The append-only file of an earlier start is damaged. Drop the data: npm stop -- --data.';
  }
  return null;
}

type Readiness =
  | Readonly<{ kind: 'ready' }>
  | Readonly<{ kind: 'exited'; exitCode: number }>
  | Readonly<{ kind: 'denied' }>
  /** The server says in its log why it will never answer where it is asked. */
  | Readonly<{ kind: 'unreachable'; why: string }>
  | Readonly<{ kind: 'timeout'; loading: boolean }>;

export type ReadinessProbes = Readonly<{
  ping: () => Promise<PingReply>;
  /** Settles when the container has ended. */
  exited: Promise<number>;
  /** Reads the log; null while it explains nothing. */
  explainSilence: () => Promise<string | null>;
  aborted: AbortSignal;
}>;

const READY_LIMIT_MS = 60_000;
/** A server that is up answers within milliseconds of saying so; after this time its log is asked instead. */
const SILENCE_MS = 3_000;
const POLL_MS = 50;

/** Asks until the server answers, the container ends, or the time is up; rejects when `aborted` fires. */
export async function waitUntilReady(probes: ReadinessProbes, limitMs = READY_LIMIT_MS): Promise<Readiness> {
  const started = performance.now();
  let exitCode: number | null = null;
  const ended = probes.exited.then((code) => {
    exitCode = code;
  });
  let askLogAfter = SILENCE_MS;
  for (;;) {
    probes.aborted.throwIfAborted();
    const reply = await probes.ping();
    if (reply.kind === 'answers') return { kind: 'ready' };
    if (reply.kind === 'denied') return { kind: 'denied' };
    if (exitCode !== null) return { kind: 'exited', exitCode };
    const elapsed = performance.now() - started;
    if (elapsed >= limitMs) return { kind: 'timeout', loading: reply.kind === 'loading' };
    if (reply.kind === 'silent' && elapsed >= askLogAfter) {
      const why = await probes.explainSilence();
      if (why !== null) return { kind: 'unreachable', why };
      askLogAfter = elapsed + SILENCE_MS;
    }
    await Promise.race([sleep(POLL_MS, undefined, { signal: probes.aborted }), ended]);
  }
}

export type PingReply =
  /** The server serves, or would if it got the password. */
  | Readonly<{ kind: 'answers' }>
  | Readonly<{ kind: 'loading' }>
  /** Protected mode: it serves nobody who comes from outside the container. */
  | Readonly<{ kind: 'denied' }>
  /** No connection, or one that closed without a word: docker's proxy accepts before the server listens. */
  | Readonly<{ kind: 'silent' }>;

const PATIENCE_MS = 1_000;

/** One inline PING over a connection of its own. */
function ping(port: number): Promise<PingReply> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: PATIENCE_MS });
    const finish = (reply: PingReply) => {
      socket.destroy();
      resolve(reply);
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const end = received.indexOf('\n');
      if (end !== -1) finish(readReply(received.slice(0, end).trimEnd()));
    });
    socket.on('timeout', () => finish({ kind: 'silent' }));
    socket.on('error', () => finish({ kind: 'silent' }));
    socket.on('close', () => finish({ kind: 'silent' }));
  });
}

/** Reads the first line of the reply to PING. Any error not named here still comes from a server that serves. */
export function readReply(line: string): PingReply {
  if (line.startsWith('-LOADING')) return { kind: 'loading' };
  if (line.startsWith('-DENIED')) return { kind: 'denied' };
  return /^[+-]/.test(line) ? { kind: 'answers' } : { kind: 'silent' };
}
