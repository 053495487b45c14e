import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureTools } from '../../scripts/lib/apt.ts';

/** A token service as GHCR has one in front of its registry: user and password in, a short-lived token out. */
export interface TokenService {
  /** The part of a registry's configuration that sends clients here. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** The scopes that were asked for since the last call. */
  scopes(): string[];
  close(): void;
}

/** Starts one. Who has no credentials may pull; another user than `user`, or a wrong password, is refused. */
export async function startTokenService(
  folder: string,
  user: { username: string; password: string },
): Promise<TokenService> {
  await ensureTools({ openssl: 'openssl' }, () => {});
  const key = join(folder, 'token-key.pem');
  const certificate = join(folder, 'token-certificate.pem');
  const subject = ['-subj', '/CN=test', '-days', '2'];
  await execa('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
    ...subject,
  ]);
  const signer = createPrivateKey(await readFile(key));
  const keyId = libtrustId(createPublicKey(signer).export({ type: 'spki', format: 'der' }));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const scope = url.searchParams.get('scope') ?? '';
    if (scope !== '') asked.push(scope);
    const given = basicOf(request);
    if (given !== null && given !== `${user.username}:${user.password}`) return void response.writeHead(401).end();
    const now = Math.floor(Date.now() / 1000);
    const [type = '', name = '', wanted = ''] = scope.split(':');
    const actions = wanted.split(',').filter((action) => action === 'pull' || given !== null);
    const claims = {
      iss: 'test',
      aud: url.searchParams.get('service'),
      sub: '',
      exp: now + 60,
      nbf: now - 60,
      iat: now - 60,
      access: scope === '' ? [] : [{ type, name, actions }],
    };
    const head = part({ typ: 'JWT', alg: 'RS256', kid: keyId });
    const signature = sign('sha256', Buffer.from(`${head}.${part(claims)}`), signer).toString('base64url');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `${head}.${part(claims)}.${signature}` }));
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const realm = `http://127.0.0.1:${port}/token`;
  return {
    auth: { token: { realm, service: 'test-registry', issuer: 'test', rootcertbundle: certificate } },
    scopes: () => asked.splice(0),
    close: () => void server.close(),
  };
}

function basicOf({ headers }: IncomingMessage): string | null {
  const found = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  return found === undefined ? null : Buffer.from(found, 'base64').toString('utf8');
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** How the registry names a key: the first 240 bits of its hash in base32, in groups of four. */
function libtrustId(der: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...createHash('sha256').update(der).digest().subarray(0, 30)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)] ?? '').join('');
  return (letters.match(/.{4}/g) ?? []).join(':');
}
