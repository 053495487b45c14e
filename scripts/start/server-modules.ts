import { Redis } from 'iovalkey';
import * as z from 'zod';
import { SERVER_PORT } from './names.ts';

/** One entry of MODULE LIST. `path` is null for what is part of the server itself. */
export type ServerModule = Readonly<{ name: string; version: number; path: string | null; args: readonly string[] }>;

type ServerFacts = Readonly<{ valkeyVersion: string; modules: readonly ServerModule[] }>;

export type ServerAnswer =
  | Readonly<{ kind: 'facts'; facts: ServerFacts }>
  | Readonly<{ kind: 'refused'; message: string }>;

/** What the server says of itself, or `refused` with its words where it wants another password. */
export async function askServer(port: number, password: string | null): Promise<ServerAnswer> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === null ? {} : { password }),
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The command that fails says the same thing; without a listener the client would print it, too.
  client.on('error', () => {});
  try {
    const [list, info] = await Promise.all([client.call('MODULE', 'LIST'), client.info('server')]);
    const valkeyVersion = /^valkey_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
    return { kind: 'facts', facts: { valkeyVersion, modules: parseModuleList(list) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message)) return { kind: 'refused', message };
    throw new Error(`asking 127.0.0.1:${port} (the server's ${SERVER_PORT}) for MODULE LIST: ${message}`, {
      cause: error,
    });
  } finally {
    client.disconnect();
  }
}

const moduleFields = z.object({
  name: z.string(),
  ver: z.number(),
  path: z.string().default(''),
  args: z.array(z.string()).default([]),
});

/** The reply of MODULE LIST: per module a flat list of field, value, field, value. */
export function parseModuleList(reply: unknown): ServerModule[] {
  return z
    .array(z.array(z.unknown()))
    .parse(reply)
    .map((flat) => {
      const pairs: [string, unknown][] = [];
      for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([String(flat[at]), flat[at + 1]]);
      const { name, ver, path, args } = moduleFields.parse(Object.fromEntries(pairs));
      return {
        name,
        version: ver, // The server's own Lua engine has its name where a module has its file.
        path: path === '' || path === name ? null : path,
        args,
      };
    });
}
