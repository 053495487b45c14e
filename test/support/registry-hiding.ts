import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * In front of a registry on this machine: who looks for a manifest of a package that does not exist is told 403, as
 * GHCR may do it.
 */
export interface HidingRegistry {
  readonly host: string;
  close(): void;
}

export async function startHidingRegistry(host: string): Promise<HidingRegistry> {
  const packages = new Set<string>();
  const server = createServer((asked, answer) => {
    const { method = 'GET', url = '/', headers } = asked;
    const name = /^\/v2\/(.+)\/manifests\//.exec(url)?.[1];
    const passed = request(`http://${host}${url}`, { method, headers }, (got) => {
      const { statusCode = 502 } = got;
      if (name !== undefined && method === 'PUT' && statusCode === 201) packages.add(name);
      if (name !== undefined && method !== 'PUT' && statusCode === 404 && !packages.has(name)) {
        got.resume();
        answer.writeHead(403, { 'content-type': 'application/json' });
        return void answer.end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access is denied' }] }));
      }
      answer.writeHead(statusCode, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
