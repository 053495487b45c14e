import * as z from 'zod';

/** One entry of MODULE LIST. `path` is null for what is part of the server itself. */
export type ServerModule = Readonly<{ name: string; version: number; path: string | null; args: readonly string[] }>;

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

const moduleFields = z.object({
  name: z.string(),
  ver: z.number(),
  path: z.string().default(''),
  args: z.array(z.string()).default([]),
});
