import { CONF } from './container.ts';
import type { Ratio } from './report.ts';
import { ratioOf, type Timing } from './statistics.ts';
import { type Effort, timeCases, timingIn } from './timer.ts';

const MODULES = ['libjson', 'libsearch', 'libvalkey_bloom', 'libvalkey_ldap'].map(
  (name) => `/usr/lib/valkey/${name}.so`,
);

/** The program that the plain server is, and how it is told to load what the entrypoint finds by itself. */
export const PLAIN_SERVER = '/usr/local/libexec/valkey/valkey-server';
export const LOAD_LINES: readonly string[] = MODULES.flatMap((path) => ['--loadmodule', path]);

/** What both servers are started with: a socket to answer on, nothing to save. */
export function serverArguments(socket: string): readonly string[] {
  return [`${CONF}/pong.conf`, '--unixsocket', socket, '--unixsocketperm', '777', '--save', ''];
}

/** From the start of the process to the first PONG, inside one container: the server's start without the engine's. */
export async function measureFirstPong(
  effort: Effort,
): Promise<{ ratio: Ratio; timings: Readonly<Record<string, Timing>> }> {
  const socket = '/tmp/pong.sock';
  const options = serverArguments(socket).filter((argument) => argument !== '' && argument !== '--save');
  const ours = 'first PONG, entrypoint';
  const plain = 'first PONG, plain server';
  const timed = await timeCases(
    [
      { name: ours, argv: ['/usr/local/bin/bundle-docker-entrypoint', 'valkey-server', ...options], socket },
      { name: plain, argv: [PLAIN_SERVER, ...options, ...LOAD_LINES], socket },
    ],
    effort,
    'real',
  );
  const ratio = ratioOf(timingIn(timed, ours), timingIn(timed, plain));
  return {
    ratio: { what: 'first PONG, inside a container', against: 'plain server', ...ratio, goal: null },
    timings: Object.fromEntries(timed),
  };
}
