import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { asBytes, type Bytes, messageOf, printable, textOf } from '../text/bytes.ts';
import { codeOf, reasonOf } from './files.ts';
import { type Answer, isError, type Reply, type ServerAt, type Session, type TlsFiles } from './host.ts';

/*
 * A client of the server's protocol, RESP2. Node's modules for it are loaded when they are needed: a start is never the
 * one that needs them.
 */

/** As long as valkey-cli was told to try (-t 2): an address that swallows packets must not use all the time up. */
const CONNECT_MS = 2000;
/**
 * Time for the server's verdict on our certificate, which in TLS 1.3 comes after the handshake: tickets, unless they
 * are turned off.
 */
const VERDICT_MS = 2000;
const SYSTEM_AUTHORITIES = '/etc/ssl/certs';

type Failure = Extract<Answer, { kind: 'failed' }>;

/** Opens a connection and logs in. Nothing throws: what fails is the answer to the first question. */
export function openSession(at: ServerAt): Session {
  const replies: Reply[] = [];
  const read = replyReader();
  let failure: Failure | null = null;
  let loginIsOpen = at.login.length > 0;
  let notify = (): void => {};
  let socket: Socket | TLSSocket | null = null;
  const fail = (what: Failure['what'], why: string): void => {
    failure ??= { kind: 'failed', what, why };
    socket?.destroy();
    notify();
  };
  const take = (reply: Reply): void => {
    if (!loginIsOpen) {
      replies.push(reply);
      return;
    }
    loginIsOpen = false;
    if (isError(reply)) fail('refused', reply.message);
  };
  let ready = Promise.resolve();
  try {
    socket = dial(at);
    ready = whenReady(socket);
    const limit = setTimeout(() => fail('connection', 'connection timed out'), CONNECT_MS);
    socket.once('connect', () => clearTimeout(limit));
    socket.once('close', () => clearTimeout(limit));
    const over = (why: string): void => {
      // A server that is full, or in protected mode, says so unasked and hangs up.
      const said = replies.find(isError);
      if (said === undefined) fail('connection', why);
      else fail('refused', said.message);
    };
    socket.on('error', (error) => (isAboutTls(error) ? fail('tls', shortReason(error)) : over(shortReason(error))));
    socket.on('close', () => over('connection closed'));
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of read(chunk)) take(reply);
        notify();
      } catch (error) {
        fail('protocol', messageOf(error));
      }
    });
    if (loginIsOpen) void ready.then(() => socket?.write(request([asBytes('AUTH'), ...at.login])));
  } catch (error) {
    // A key that does not fit its certificate, or a file that is not a certificate.
    fail(at.tls === null ? 'connection' : 'tls', shortReason(error));
  }
  return {
    ask: (commands, timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => fail('connection', 'no answer in time'), timeoutMs);
        notify = () => {
          if (failure === null && replies.length < commands.length) return;
          clearTimeout(timer);
          notify = () => {};
          resolve(failure ?? { kind: 'replies', replies: replies.splice(0, commands.length) });
        };
        void ready.then(() => failure === null && socket?.write(Buffer.concat(commands.map(request))));
        notify();
      }),
    end: () => void socket?.destroy(),
  };
}

/** One connection for some commands. Rejects with the signal's reason where it is stopped. */
export async function askOnce(
  at: ServerAt,
  commands: readonly (readonly Bytes[])[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Answer> {
  signal?.throwIfAborted();
  const session = openSession(at);
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal?.reason);
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([session.ask(commands, timeoutMs), stopped.promise]);
  } finally {
    signal?.removeEventListener('abort', stop);
    session.end();
  }
}

function dial({ ip, port, tls }: ServerAt): Socket | TLSSocket {
  const { connect } = process.getBuiltinModule('node:net');
  const address = { host: ip, port, noDelay: true };
  if (tls === null) return connect(address);
  const secure = process.getBuiltinModule('node:tls');
  // As valkey-cli (cli_common.c, cliSecureConnection): the chain is verified, the name in the certificate is not.
  return secure.connect({
    ...address,
    ...readFiles(tls),
    rejectUnauthorized: tls.verifies,
    checkServerIdentity: () => undefined,
  });
}

function readFiles({ caFile, caDirectory, certFile, keyFile }: TlsFiles) {
  const { existsSync, readFileSync, readdirSync } = process.getBuiltinModule('node:fs');
  // The names by which OpenSSL finds an authority in a directory: openssl-rehash(1).
  const inDirectory =
    caDirectory === null
      ? []
      : readdirSync(caDirectory)
          .filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name))
          .map((name) => readFileSync(`${caDirectory}/${name}`));
  const named = caFile === null ? [] : [readFileSync(caFile)];
  const isNamed = caFile !== null || caDirectory !== null;
  // Node writes to standard error where there are none.
  const hasOthers = process.env['SSL_CERT_FILE'] !== undefined || existsSync(SYSTEM_AUTHORITIES);
  const others = (): string[] => (hasOthers ? process.getBuiltinModule('node:tls').getCACertificates('system') : []);
  const ca = isNamed ? [...named, ...inDirectory] : others();
  return {
    ca,
    ...(certFile === null ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === null ? {} : { key: readFileSync(keyFile) }),
  };
}

/**
 * Until the server takes commands: nothing is sent before its certificate is verified. In TLS 1.3 it judges ours when
 * the handshake is over for us, and then sends tickets or refuses; what was written before is answered by a reset that
 * may come in before the reason does.
 */
function whenReady(socket: Socket | TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    if (!('getProtocol' in socket)) socket.once('connect', () => resolve());
    else
      socket.once('secureConnect', () => {
        if (socket.getProtocol() !== 'TLSv1.3') return resolve();
        socket.once('session', () => resolve());
        setTimeout(resolve, VERDICT_MS);
      });
  });
}

/**
 * OpenSSL's reasons and Node's own have an underscore in their names (CERT_HAS_EXPIRED, ERR_SSL_...), those of the
 * system have none. A server that goes away in the middle (ERR_SSL_UNEXPECTED_EOF_WHILE_READING) may come back.
 */
function isAboutTls(error: Error): boolean {
  const code = codeOf(error) ?? '';
  return code.includes('_') && !code.includes('_EOF_');
}

/** OpenSSL's reason without the place in its source, and without Node's advice about its own options. */
function shortReason(error: unknown): string {
  if (error instanceof Error && 'reason' in error) return String(error.reason);
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') {
    const reason = process.getBuiltinModule('node:util').getSystemErrorMessage(error.errno);
    return 'path' in error ? `${error.path}: ${reason}` : reason;
  }
  return reasonOf(error).split(';')[0] ?? '';
}

function request(words: readonly Bytes[]): Buffer {
  const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`, 'latin1');
}

/** An array whose elements are not all there yet. */
interface Open {
  readonly items: Reply[];
  readonly size: number;
}

/** The longest line: a number, an error, a status. A longer line does not come from a server. */
const LINE_MAX = 65_536;
/** proto-max-bulk-len, and more elements than any reply has that the tool asks for. */
const BULK_MAX = 512 * 1024 * 1024;
const ARRAY_MAX = 1024 * 1024;

/**
 * Reads RESP2: returns the replies that a piece of the stream completes. No element is read twice, however the stream
 * is cut. Throws Error if the stream is not a server's.
 */
export function replyReader(): (piece: Buffer) => readonly Reply[] {
  let pieces: Buffer[] = [];
  let length = 0;
  let needed = 1;
  const open: Open[] = [];

  return (piece) => {
    pieces.push(piece);
    length += piece.length;
    if (length < needed) return [];
    const buffer = Buffer.concat(pieces);
    const replies: Reply[] = [];
    let at = 0;
    for (;;) {
      const element = readElement(buffer, at);
      if (typeof element === 'number') {
        needed = element;
        break;
      }
      at = element.end;
      let done: Reply | Open = element.value;
      // An element may end its array, and that the one around it.
      for (;;) {
        if (isOpen(done)) {
          open.push(done);
          if (done.size > 0) break;
          open.pop();
          done = done.items;
        }
        const around: Open | undefined = open.at(-1);
        if (around === undefined) {
          replies.push(done);
          break;
        }
        around.items.push(done);
        if (around.items.length < around.size) break;
        open.pop();
        done = around.items;
      }
    }
    const rest = buffer.subarray(at);
    pieces = rest.length === 0 ? [] : [rest];
    length = rest.length;
    return replies;
  };
}

function isOpen(value: Reply | Open): value is Open {
  return typeof value === 'object' && value !== null && 'items' in value;
}

/** The element that begins there and where it ends, or how many bytes it takes from there at least. */
function readElement(buffer: Buffer, at: number): { readonly value: Reply | Open; readonly end: number } | number {
  const lineEnd = buffer.indexOf('\r\n', at, 'latin1');
  const isLong = (lineEnd < 0 ? buffer.length : lineEnd) - at > LINE_MAX;
  const type = String.fromCharCode(buffer[at] ?? 0);
  if (at < buffer.length && (!'+-:$*'.includes(type) || isLong)) throw noReply(buffer, at);
  if (lineEnd < 0) return buffer.length - at + 1;
  const line = asBytes(buffer.toString('latin1', at + 1, lineEnd));
  const end = lineEnd + 2;
  if (type === '+') return { value: line, end };
  if (type === '-') return { value: { kind: 'error', message: textOf(line) }, end };
  const number = /^-?\d+$/.test(line) ? Number(line) : Number.NaN;
  if (type === ':' && Number.isFinite(number)) return { value: number, end };
  if (type !== ':' && number === -1) return { value: null, end };
  if (type === '*' && number >= 0 && number <= ARRAY_MAX) return { value: { items: [], size: number }, end };
  if (type !== '$' || !(number >= 0 && number <= BULK_MAX)) throw noReply(buffer, at);
  if (buffer.length < end + number + 2) return end - at + number + 2;
  if (buffer.toString('latin1', end + number, end + number + 2) !== '\r\n') throw noReply(buffer, at);
  return { value: asBytes(buffer.toString('latin1', end, end + number)), end: end + number + 2 };
}

function noReply(buffer: Buffer, at: number): Error {
  return new Error(`no reply of a server: "${printable(buffer.toString('latin1', at, at + 40))}"`);
}
