import type { Code } from '../diagnostics/catalogue.ts';
import type { Details } from '../diagnostics/diagnostic.ts';
import type { Reader } from '../host/host.ts';
import type { Bundle } from '../modules/manifest.ts';
import { absolute, baseName } from '../text/place.ts';

/** The command that the container was asked to run, understood. */
export type Invocation =
  /** Anything that is not a server start: executed as it is, nothing appended. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'server';
      /** As it was named: it becomes argv[0]. */
      readonly name: string;
      readonly args: readonly string[];
      readonly mode: ServerMode;
      /**
       * Set if the launcher itself was called by that name: then the name leads to the launcher, whatever it looks
       * like.
       */
      readonly isOwnName?: true;
    };

/**
 * `start`: modules are added, unless the name or the whole command line turns out to be a sentinel's. `query`: the
 * program prints something and ends, so nothing at all is added.
 */
type ServerMode = 'start' | 'query';

/**
 * Tells what a command means. No argument, a first one that begins with `-` or that ends in `.conf`:
 * `valkey-server` is put in front. A program whose base name is one of SERVER_NAMES is a server start.
 */
export function classify(command: readonly string[]): Invocation {
  const [first] = command;
  const argv =
    first === undefined || first.startsWith('-') || first.endsWith('.conf') ? ['valkey-server', ...command] : command;
  const [name = 'valkey-server', ...args] = argv;
  if (!SERVER_NAMES.has(baseName(name))) return { kind: 'command', argv };
  return { kind: 'server', name, args, mode: modeOf(args) };
}

/**
 * The launcher under the name of a server. The name reaches the server as it was given (it becomes `executable` of
 * INFO, and of DEBUG RESTART), and says nothing about the program: the caller may choose it (`exec -a` of a wrapper).
 */
export function startUnderOwnName(name: string, args: readonly string[]): Invocation {
  return { kind: 'server', name, args, mode: modeOf(args), isOwnName: true };
}

const SENTINEL_NAMES = ['valkey-sentinel', 'redis-sentinel'];

/** Names under which the executable is the launcher of the server, whatever its arguments look like. */
export const SERVER_NAMES: ReadonlySet<string> = new Set(['valkey-server', 'redis-server', ...SENTINEL_NAMES]);

/** True if the server that is called by this name is a sentinel (server.c, checkForSentinelMode). */
export function isSentinelName(name: string): boolean {
  return SENTINEL_NAMES.includes(baseName(name));
}

/**
 * Names under which the executable is the image's entrypoint: ours, and those that the official images give their
 * scripts.
 */
export const ENTRYPOINT_NAMES: ReadonlySet<string> = new Set([
  'bundle-docker-entrypoint',
  'bundle-docker-entrypoint.sh',
  'docker-entrypoint',
  'docker-entrypoint.sh',
]);

/** main() looks at these only as the first argument. */
function modeOf(args: readonly string[]): ServerMode {
  return QUERIES.has(args[0] ?? '') ? 'query' : 'start';
}

const QUERIES: ReadonlySet<string> = new Set(['-v', '--version', '-h', '--help', '--test-memory', '--check-system']);

/** The program to become: an absolute path, executed as it is named and never resolved through links. */
export interface Program {
  readonly path: string;
}

/**
 * The server behind a name: a bare name, the launcher's own, or a path that leads to the launcher itself, means the
 * image's real server; any other path means that binary (a link may lead to valkey-check-rdb, which looks at its name).
 * Reports VB501 or VB502.
 */
export function resolveServer(
  host: Reader,
  { name, isOwnName }: Invocation & { readonly kind: 'server' },
  bundle: Bundle,
  report: (code: Code, message: string, details: Details) => void,
): Program {
  const path =
    isOwnName || !name.includes('/') || host.realFile(absolute(name, host.cwd)) === host.self
      ? bundle.server
      : absolute(name, host.cwd);
  const found = host.findExecutable(path);
  if (found.kind === 'missing') report('VB501', `${path} does not exist`, NAMED);
  if (found.kind === 'denied') report('VB502', `${path}: ${found.why}`, NAMED);
  return { path };
}

/** The program's name is the first element of the command. */
export const NAMED: Details = { at: { kind: 'argument', index: 0 } };
