import type Docker from 'dockerode';
import type { ConfFile } from './conf-file.ts';
import { startContainer, stopContainer } from './container.ts';
import { lastLines } from './container-log.ts';
import type { ContainerWish } from './container-wish.ts';
import { CONTAINER_NAME, SERVER_PORT } from './names.ts';
import { ping } from './ping.ts';
import { chooseFreePort, isFreeOnLoopback, portInUse } from './port.ts';
import { READY_LIMIT_MS, type Readiness, waitUntilReady } from './ready.ts';
import { StartError } from './start-error.ts';

/** Between finding a free port and the engine taking it somebody else may; more often than this is no accident. */
const PORT_TRIES = 5;
const SHOWN_LINES = 30;

type PortWish = Readonly<{ port: number | null; previousPort: number | null }>;

export type Started = Readonly<{ container: Docker.Container; port: number }>;

/** A started container on the port asked for, or on the next free one. */
export async function startOnPort(docker: Docker, wish: ContainerWish & PortWish): Promise<Started> {
  for (let attempt = 0; attempt < PORT_TRIES; attempt++) {
    const port = wish.port ?? (await chooseFreePort(wish.previousPort, isFreeOnLoopback));
    const container = await startContainer(docker, wish, port);
    if (container !== null) return { container, port };
    if (wish.port !== null) throw portInUse(wish.port, null);
  }
  throw new StartError('free ports of 127.0.0.1 were taken again and again before the container got them', {
    fix: 'Name one: npm start -- --port N.',
  });
}

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

/** Settles when the container has ended. A container that was removed meanwhile ended without a code of its own. */
export async function exitCodeOf(container: Docker.Container): Promise<number> {
  const { StatusCode }: { StatusCode: number } = await container.wait({ condition: 'not-running' });
  return StatusCode;
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

/** What to do about a start that failed for a known reason, or null. */
export function explainExit(log: string): string | null {
  if (/module data I can't load|Can't handle RDB format|Fatal error loading the DB|RDB file contains/i.test(log)) {
    return 'The data of an earlier start does not fit what is loaded now. Start it with the modules it had, or drop the data: npm stop -- --data.';
  }
  if (/Bad file format reading the append only file|Unexpected end of file reading the append only file/i.test(log)) {
    return 'The append-only file of an earlier start is damaged. Drop the data: npm stop -- --data.';
  }
  return null;
}
