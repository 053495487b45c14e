import { connect } from 'node:net';

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
export function ping(port: number): Promise<PingReply> {
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

/** What the first line of the reply to PING means. Any error that is not named here still comes from a server that serves. */
export function readReply(line: string): PingReply {
  if (line.startsWith('-LOADING')) return { kind: 'loading' };
  if (line.startsWith('-DENIED')) return { kind: 'denied' };
  return /^[+-]/.test(line) ? { kind: 'answers' } : { kind: 'silent' };
}
