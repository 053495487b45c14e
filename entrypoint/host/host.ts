import type { Bytes } from '../text/bytes.ts';

/*
 * The only door to the system. Everything else in the entrypoint takes the small capability that it needs, so the whole
 * start runs against a recorded host in tests. host/node.ts is the real one.
 */

export type ConfRead =
  | { readonly kind: 'text'; readonly text: Bytes }
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'special'; readonly what: string };

/** Reading configuration. Paths are absolute; nothing here throws. */
export interface ConfFiles {
  readConf(path: string): ConfRead;
  /** Matches of a glob(3) pattern, absolute and in byte order; a relative pattern counts from `cwd`. */
  glob(pattern: string, cwd: string): readonly string[];
  /** The path behind all links, or the path itself where it leads nowhere. */
  realFile(path: string): string;
  /** The same for a directory that a `dir` directive names; null for anything else. */
  realDirectory(path: string): string | null;
}

export type ModuleFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'file'; readonly mode: number; readonly head: Bytes };

/** Looking at module files. */
export interface ModuleFiles {
  /** Names in a directory, sorted, or the reason why it cannot be read. */
  listDirectory(path: string): readonly string[] | { readonly problem: string };
  realFile(path: string): string;
  /** Mode bits and the first 64 bytes of a file, links followed. */
  inspect(path: string): ModuleFile;
  /** Up to `length` bytes from `offset` on: fewer where the file ends, none where it cannot be read. */
  readAt(path: string, offset: number, length: number): Buffer;
}

/** A user by number. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The process and the machine that it runs on. */
export interface Machine {
  /** Node's name: x64 or arm64. */
  readonly arch: string;
  readonly pid: number;
  /** 0 where that is outside of the container. */
  readonly parentPid: number;
  /** Name of process 1, as the kernel has it; empty where it cannot be read. */
  firstProcess(): string;
  readonly cwd: string;
  readonly identity: User;
  /** The launcher itself, all links followed. */
  readonly self: string;
  cpuFlags(): ReadonlySet<string>;
  /** The machine's own name and addresses, those of the loopback interface left out. */
  network(): { readonly hostName: string; readonly addresses: readonly string[] };
  lookupUser(name: string): User | null;
}

/** Name of the file in which a start leaves how its server is reached: server/reach.ts. */
export const START_RECORD = 'start.record';

/** A directory of our own for one start: its path, or the reason why there is none. */
interface RuntimeDirectories {
  /** Paths of directories that do not exist yet, where it can write, best first. Their name says whose start it is. */
  candidates(inBackground?: boolean): readonly string[];
  /** The places under which there is no such path, and why. */
  closedPlaces(): readonly ClosedPlace[];
}

export interface ClosedPlace {
  readonly place: string;
  readonly why: string;
}

/** The first place for a directory of our own, and the one that is named for us. */
export const OWN_PLACE = '/run/valkey-bundle';

export type Executable =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied'; readonly path: string; readonly why: string };

/** Everything that a plan is computed from: reading only. */
export interface Reader extends ConfFiles, ModuleFiles, Machine, RuntimeDirectories {
  readStdin(): Bytes;
  /** A small file as text: the password file, bundle.json. Null with the reason if it cannot be read. */
  readSmall(path: string): { readonly text: string } | { readonly problem: string };
  /** Looks a program up as a shell would: on PATH, unless it has a slash. */
  findExecutable(name: string): Executable;
  canWrite(path: string): boolean;
  /** The newest record (START_RECORD) that the start of a server left which runs in this container, or null. */
  lastStart(): Bytes | null;
}

/** Everything that a start changes. Methods throw Error with a message for people where they fail. */
interface Writer {
  /** Writes to standard error or standard output, blocking, whole. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Gives everything in the directory to the user, links not followed. Returns paths that could not be given. */
  own(directory: string, user: User): readonly string[];
  /** Gives one file or directory to the user, a link itself and never what it leads to; nothing where it cannot. */
  give(path: string, user: User): void;
  /** Makes a fresh directory and files in it, mode 0400, for `owner`; the directory cannot be written by the server. */
  writePrivate(
    directory: string,
    files: ReadonlyArray<{ readonly name: string; readonly text: Bytes }>,
    owner: User,
  ): void;
  /** Removes directories of this user's starts whose server is proven dead. */
  removeStale(): void;
  dropTo(user: User): void;
  /** Returns the umask before. */
  setUmask(mask: number): number;
  /** True if this process may read the file now, after privileges were dropped. */
  mayRead(path: string): boolean;
  /** The same for writing a file. */
  mayWrite(path: string): boolean;
  /** Gives SIGPIPE and SIGXFSZ their default disposition back: Node ignores them, and execve would hand that on. */
  restoreSignals(): void;
  /** Runs a program to its end, bounded in time (5 s unless said), and returns all that it printed. */
  run(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    timeoutMs?: number,
  ): string;
  /** Becomes the program. Throws if the kernel refuses. */
  exec(path: string, argv: readonly string[], env: Readonly<Record<string, string | undefined>>): never;
  exit(code: number): never;
}

/** A reply of a server (RESP2). What is text for people goes through textOf(). */
export type Reply = Bytes | number | null | ServerError | readonly Reply[];

export interface ServerError {
  readonly kind: 'error';
  readonly message: string;
}

export function isError(reply: unknown): reply is ServerError {
  return typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'error';
}

/** The replies to all that was asked, in order, errors among them; or why there are none. */
export type Answer =
  | { readonly kind: 'replies'; readonly replies: readonly Reply[] }
  | {
      readonly kind: 'failed';
      /**
       * `refused`: AUTH, or the connection itself, was answered by the error that is `why`. `tls`: TLS does not come
       * about, for a reason that stays. `protocol`: what answers speaks another one.
       */
      readonly what: 'connection' | 'tls' | 'refused' | 'protocol';
      readonly why: string;
    };

/** The words of a command. */
export type Command = readonly Bytes[];

/** Where a server is spoken to, and how. */
export interface ServerAt {
  readonly ip: string;
  readonly port: number;
  /** The words of AUTH: none, a password, or a user and a password. */
  readonly login: Command;
  readonly tls: TlsFiles | null;
}

/** PEM files by which TLS is spoken. */
export interface TlsFiles {
  readonly caFile: string | null;
  readonly caDirectory: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** True if an authority must vouch for the server: one of those named, or else of the system's. */
  readonly verifies: boolean;
}

/** A connection that stays open. Once it has failed, every answer is that failure. */
export interface Session {
  /** One question at a time. */
  ask(commands: readonly Command[], timeoutMs: number): Promise<Answer>;
  end(): void;
}

/** A program that ran: to its end, or until its time was up. */
export interface Ended {
  readonly exitCode: number | null;
  /** The reason why it could not be run. */
  readonly problem: string;
  readonly timedOut: boolean;
  /** What it printed, where that was to be kept. */
  readonly output?: string;
}

interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
  /** Ends the program early, and makes this reject with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Its output is kept, and goes nowhere else. */
  readonly keepsOutput?: boolean;
}

/**
 * Waiting, which only the tool's commands do: a start is synchronous. Only `run` and `ask` throw, when they are
 * stopped.
 */
export interface Waiting {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Seconds since 1970. */
  date(): number;
  /** The same with fractions: `2026-11-29T14:55:12.345Z`. */
  time(): string;
  pause(ms: number): Promise<void>;
  /** Sends commands on a connection of their own, all at once. */
  ask(
    at: ServerAt,
    commands: readonly Command[],
    limits: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Answer>;
  open(at: ServerAt): Session;
  /** Runs a program. Its output goes to standard error as it comes, unless it is kept. */
  run(program: string, args: readonly string[], options: RunOptions): Promise<Ended>;
  /** Addresses of a host name, IPv4 first; none where it has none. */
  lookup(name: string): Promise<readonly string[]>;
  /** Null if something listens there, else why it cannot be reached. */
  reach(ip: string, port: number, timeoutMs: number): Promise<string | null>;
  /** Aborted by SIGTERM or SIGINT; the reason says which. */
  readonly stopped: AbortSignal;
  /** Random letters and digits. */
  nonce(): string;
}

/**
 * The last line of `valkey-bundle resolve`, where it is sure. Its exit code may come too late: the process waits for
 * every lookup.
 */
export const SURE = 'sure';

/** Another node of a cluster, as nodes.conf has it. */
export interface KnownNode {
  readonly host: string;
  /** Empty where it is not known. */
  readonly ip: string;
  readonly busPort: number;
}

/** Addresses of names; a name that has none is left out. */
export interface Resolved {
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** True if a name led to a new address, or a node listened at its known bus port; also where that was not asked. */
  readonly isSure: boolean;
}

/** The capabilities that healing of nodes.conf needs. */
interface Healer {
  /**
   * The addresses of nodes' names, asked for until `resolveMs` are over; with `confirmMs` other than 0 until this much
   * is over, as long as it is not sure.
   */
  resolve(nodes: readonly KnownNode[], limits: { readonly resolveMs: number; readonly confirmMs: number }): Resolved;
  /**
   * Replaces a file's text at once, owner and mode kept, and leaves the former text under another name. `locked`:
   * somebody holds the lock that the server takes; `changed`: the text is not `before` any more. Throws Error where it
   * fails.
   */
  replaceLocked(path: string, before: Bytes, after: Bytes, copy: string): 'done' | 'locked' | 'changed';
}

/** A file's content, as far as two of them have to be told apart. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Backups and data directories. What these have written is on the disk, not only in its cache. They throw Error with
 * the path and the system's reason where they fail; `copy` and `digest` also the signal's reason.
 */
export interface Storage {
  /** One directory; an error if it is there. */
  makeDirectory(path: string): void;
  /** With everything in it. Nothing happens if it is not there. */
  remove(path: string): void;
  /** Within one file system, in place of a file that is there. */
  rename(from: string, to: string): void;
  /** In place of what the file held. */
  write(path: string, text: string): void;
  digest(path: string, signal: AbortSignal): Promise<Digest>;
  /** The digest is that of what was copied. An error if `to` is there. */
  copy(from: string, to: string, signal: AbortSignal): Promise<Digest>;
}

export interface Host extends Reader, Writer, Healer {
  /** Begins to wait for programs and signals. */
  waiting(): Waiting;
  readonly storage: Storage;
}

/**
 * Pure, and here because it is Node's. Its module would cost every start a tenth, so it is loaded where it is needed.
 */
export function sha256(text: Bytes): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
