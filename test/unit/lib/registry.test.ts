import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../scripts/lib/files.ts';
import { openRegistry, readChallenge } from '../../../scripts/lib/registry/registry.ts';

const user = { username: 'me', password: 'secret-word' };
const empty = Buffer.from('{}');
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A registry that answers what a test says, for what a real one does only by chance. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const open = (
  host: string,
  { timeoutMs = 5_000, retryAfterMs = [1, 1], aborted = new AbortController().signal } = {},
) => openRegistry({ registry: host, name: 'a/b' }, user, { aborted, timeoutMs, retryAfterMs });

describe('a challenge', () => {
  test.each([
    [null, null],
    ['', null],
    ['Negotiate abc', null],
    ['Basic realm="x"', { scheme: 'basic' }],
    ['bearer', null],
    [
      'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a:pull"',
      { realm: 'https://ghcr.io/token', service: 'ghcr.io' },
    ],
    ['Bearer service="a,b" , realm=https://x/t', { realm: 'https://x/t', service: 'a,b' }],
    ['Bearer realm="https://x/\\"q"', { realm: 'https://x/"q', service: null }],
  ])('%s is read as %j', (header, expected) => {
    const found = readChallenge(header);
    expect(found).toEqual(expected !== null && 'realm' in expected ? { scheme: 'bearer', ...expected } : expected);
  });
});

describe('a manifest of a repository that the registry hides', () => {
  const hide: RequestListener = (_, response) => void response.writeHead(403).end();
  test('is VP502, with what to do', async () => {
    const registry = open(await serve(hide));
    await expect(registry.manifest('9.0')).rejects.toMatchObject({ code: 'VP502' });
  });
  test('is absent for who is about to write, and the write says that access is refused', async () => {
    const registry = open(await serve(hide));
    expect(await registry.manifest('9.0', 'absent')).toBeNull();
    const put = registry.putManifest('9.0', { mediaType: 'application/x', body: empty });
    await expect(put).rejects.toMatchObject({ code: 'VP502' });
  });
});

describe('a request to a registry', () => {
  test.each([429, 502, 503, 504])('is made again after a %s, which may pass', async (status) => {
    let times = 0;
    const host = await serve((_, response) => {
      times += 1;
      response.writeHead(times < 3 ? status : 200, { 'content-type': 'application/x' }).end(empty);
    });
    expect(await open(host).manifest('9.0')).toMatchObject({ digest: digestOf(empty), mediaType: 'application/x' });
    expect(times).toBe(3);
  });

  test.each([
    [500, '', 'VP504'],
    [503, '', 'VP504'],
    [403, '{"errors":[{"code":"DENIED","message":"write_package"}]}', 'VP502'],
    [405, '{"errors":[{"code":"UNSUPPORTED"}]}', 'VP505'],
    [400, 'tag is immutable', 'VP505'],
    [404, '{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}', 'VP505'],
  ])('that writes and gets %i %s ends with %s, in the words of the registry', async (status, body, code) => {
    const host = await serve((_, response) => void response.writeHead(status).end(body));
    const words = /"message":"([^"]+)"/.exec(body)?.[1] ?? (body.startsWith('{') ? 'UNSUPPORTED' : body);
    await expect(open(host).putManifest('9.0', { mediaType: 'x', body: empty })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  test('that gets no answer in time ends with VP501', async () => {
    const host = await serve(() => {});
    const patience = { timeoutMs: 50, retryAfterMs: [] };
    await expect(open(host, patience).manifest('9.0')).rejects.toMatchObject({ code: 'VP501' });
  });

  test('that fails after one that was answered ends with VP503', async () => {
    let isGone = false;
    const host = await serve((_, response) => void (isGone ? response.destroy() : response.end(empty)));
    const registry = open(host);
    await registry.manifest('9.0');
    isGone = true;
    await expect(registry.manifest('9.0')).rejects.toMatchObject({ code: 'VP503' });
  });

  test('whose answer is cut off counts as not answered', async () => {
    const host = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      response.destroy();
    });
    await expect(open(host).manifest('9.0')).rejects.toMatchObject({ code: 'VP501' });
  });

  test('ends with the reason of the signal, also while it waits to be made again', async () => {
    const stop = new AbortController();
    const host = await serve((_, response) => {
      response.writeHead(503).end(() => stop.abort(new Error('Ctrl-C')));
    });
    const patience = { aborted: stop.signal, retryAfterMs: [60_000] };
    await expect(open(host, patience).manifest('9.0')).rejects.toThrow('Ctrl-C');
  });

  test('sends no password before it is asked for one', async () => {
    const seen: (string | undefined)[] = [];
    const host = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      if (headers.authorization) return void response.end(empty);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const registry = open(host);
    await registry.manifest('9.0');
    await registry.manifest('9.0');
    const basic = `Basic ${Buffer.from('me:secret-word').toString('base64')}`;
    expect(seen).toEqual([undefined, basic, basic]);
  });

  test('gets a new token when the old one has run out, once', async () => {
    let number = 0;
    let good = '';
    const asked: string[] = [];
    const host = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) {
        asked.push(new URL(url, 'http://x').searchParams.get('scope') ?? '');
        number += 1;
        good = `Bearer ${number}`;
        return void response.end(JSON.stringify({ access_token: String(number) }));
      }
      if (headers.authorization === good) return void response.end(empty);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    const registry = open(host);
    await registry.manifest('9.0');
    await registry.manifest('9.0');
    expect(asked).toEqual(['repository:a/b:pull,push']);
    good = 'none';
    await registry.manifest('9.0');
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['is refused', 401, '{"token":"secret-token"}', 'VP502'],
    ['answers no token', 200, '{"t":"secret-token"}', 'VP504'],
    ['answers no JSON', 200, 'secret-token', 'VP504'],
    ['gives a token that the registry refuses', 200, '{"token":"secret-token"}', 'VP502'],
  ])('whose token service %s shows neither password nor token', async (_, status, body, code) => {
    const host = await serve(({ url = '' }, response) => {
      if (url.startsWith('/token')) return void response.writeHead(status).end(body);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    const refused = open(host).manifest('9.0');
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.not.toThrow(/secret-/);
  });

  test('never sends a password to a token service that is elsewhere and not reached by https', async () => {
    const host = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://tokens.example.org/t"' }).end();
    });
    await expect(open(host).manifest('9.0')).rejects.toMatchObject({ code: 'VP504' });
  });

  test('for a blob is content with the address of its storage, and asks nothing there', async () => {
    const paths: string[] = [];
    const host = await serve(({ url = '' }, response) => {
      paths.push(url);
      response.writeHead(url.includes('missing') ? 404 : 307, { location: '/elsewhere' }).end();
    });
    expect(await open(host).hasBlob('sha256:there')).toBe(true);
    expect(await open(host).hasBlob('sha256:missing')).toBe(false);
    expect(paths).toEqual(['/v2/a/b/blobs/sha256:there', '/v2/a/b/blobs/sha256:missing']);
  });
});

describe('the tags of a repository', () => {
  test('are read page by page, as long as the registry says that there are more', async () => {
    const asked: string[] = [];
    const host = await serve(({ url = '' }, response) => {
      asked.push(url);
      const isLast = url.includes('last=');
      const link = isLast ? {} : { link: '</v2/a/b/tags/list?n=1000&last=1.1>; rel="next"' };
      response.writeHead(200, link).end(JSON.stringify({ name: 'a/b', tags: isLast ? ['1.2'] : ['1.0', '1.1'] }));
    });
    expect(await open(host).tags()).toEqual(['1.0', '1.1', '1.2']);
    expect(asked).toEqual(['/v2/a/b/tags/list?n=1000', '/v2/a/b/tags/list?n=1000&last=1.1']);
  });

  test.each([
    [404, '{}'],
    [200, '{"name":"a/b","tags":null}'],
  ])('are none where the registry answers %i %s', async (status, body) => {
    const host = await serve((_, response) => response.writeHead(status).end(body));
    expect(await open(host).tags()).toEqual([]);
  });
});
