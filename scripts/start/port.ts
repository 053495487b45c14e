import { createServer } from 'node:net';
import { SERVER_PORT } from './names.ts';
import { StartError, usageError } from './start-error.ts';

const HIGHEST_PORT = 65_535;
/** How many ports after 6379 are tried: more neighbours than that means something else is wrong. */
const TRIES = 100;

export function parsePort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port >= 1 && port <= HIGHEST_PORT) return port;
  throw usageError(`--port takes a number from 1 to ${HIGHEST_PORT}, got "${value}"`, 'For example: --port 6380.');
}

/** The first free port: that of the container that is being replaced (its clients keep their address), then from 6379 on. */
export async function chooseFreePort(
  previous: number | null,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  const upwards = Array.from({ length: TRIES }, (_, offset) => SERVER_PORT + offset);
  for (const port of previous === null ? upwards : [previous, ...upwards]) {
    if (await isFree(port)) return port;
  }
  throw new StartError(`the ports ${SERVER_PORT} to ${SERVER_PORT + TRIES - 1} of 127.0.0.1 are all in use`, {
    fix: 'Name a free one: npm start -- --port N.',
  });
}

/** Whether nothing listens there. A port that only the engine may open (below 1024) counts as free: the engine will say. */
export function isFreeOnLoopback(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES') resolve(true);
      else reject(error);
    });
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The refusal of a port that was asked for by number. `holder` is the container that publishes it, if one does. */
export function portInUse(port: number, holder: Readonly<{ name: string; image: string }> | null): StartError {
  const by = holder === null ? 'another program' : `the container ${holder.name} (image ${holder.image})`;
  return usageError(
    `--port ${port}: 127.0.0.1:${port} is in use by ${by}`,
    holder === null
      ? 'Stop that program, name another port, or leave --port out: the next free one is taken.'
      : `Stop it (docker stop ${holder.name}), name another port, or leave --port out: the next free one is taken.`,
  );
}
