import { globPaths } from '../../entrypoint/conf/glob.ts';
import type { ConfRead, Executable, Host, ModuleFile, User, Waiting } from '../../entrypoint/host/host.ts';
import { asBytes, type Bytes, bytesOf, textOf } from '../../entrypoint/text/bytes.ts';
import { absolute } from '../../entrypoint/text/place.ts';
import { fakeStorage } from './fake-storage.ts';
import { allows, type FakeTree, fakeTree, type Spec } from './fake-tree.ts';

export interface World {
  readonly files?: Readonly<Record<string, Spec>>;
  readonly uid?: number;
  readonly gid?: number;
  readonly pid?: number;
  readonly parentPid?: number;
  /** Name of process 1. */
  readonly firstProcess?: string;
  readonly cwd?: string;
  readonly arch?: string;
  readonly cpu?: readonly string[];
  readonly hostName?: string;
  /** Its own addresses, loopback left out. */
  readonly addresses?: readonly string[];
  readonly users?: Readonly<Record<string, User>>;
  readonly path?: readonly string[];
  readonly stdin?: string | Bytes;
  readonly terminal?: boolean;
  /** Directories that show themselves as full when they are written. */
  readonly full?: readonly string[];
  /** Places without which the host offers no runtime directory. */
  readonly closed?: readonly string[];
  /** Paths that cannot be given to another user. */
  readonly cannotOwn?: readonly string[];
  readonly cannotDrop?: string;
  /** What was inherited; 0022 unless said. */
  readonly umask?: number;
  readonly cannotExec?: string;
  readonly lastStart?: string | null;
  /** What a program that is run to its end prints, by its arguments or always the same. */
  readonly runPrints?: string | ((args: readonly string[]) => string);
  /** Addresses of host names, for a start. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** Whether no other node is found until the time is up. */
  readonly findsNobody?: boolean;
  /** What replacing nodes.conf comes to, or why it fails; it is done unless said. */
  readonly replacing?: 'locked' | 'changed' | Error;
  /** What the cluster commands wait for. */
  readonly waiting?: Waiting;
}

export type Event =
  | { readonly kind: 'print'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'own'; readonly directory: string; readonly user: User }
  | { readonly kind: 'give'; readonly path: string; readonly user: User }
  | { readonly kind: 'write'; readonly directory: string; readonly names: readonly string[]; readonly owner: User }
  | { readonly kind: 'remove stale' }
  | { readonly kind: 'drop'; readonly user: User }
  | { readonly kind: 'umask'; readonly mask: number }
  | { readonly kind: 'restore signals' }
  | { readonly kind: 'resolve'; readonly names: readonly string[]; readonly confirmMs: number }
  | { readonly kind: 'replace'; readonly path: string; readonly copy: string }
  | { readonly kind: 'run'; readonly program: string; readonly args: readonly string[]; readonly env: Variables }
  | { readonly kind: 'exec'; readonly path: string; readonly argv: readonly string[]; readonly env: Variables }
  | { readonly kind: 'exit'; readonly code: number };

type Variables = Readonly<Record<string, string | undefined>>;

/** A host in memory that records what is done to it, in order. */
export interface FakeHost extends Host {
  readonly events: readonly Event[];
  readonly tree: FakeTree;
}

/** Thrown where the real process would be gone. What the code does after that is not recorded. */
class Gone extends Error {
  override readonly name = 'Gone';
}

/** Runs a start or the tool until the process would be gone. */
export function untilGone(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
  }
}

/** The same for what waits. */
export async function untilGoneLater(run: () => Promise<never>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
  }
}

const PLACES = ['/run/valkey-bundle', '/dev/shm', '/tmp'];
const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** What stands in for the name of a start's directory; and of one whose server goes to the background. */
export const RUNTIME_NAME = 'valkey-bundle-0123456789abcdef';
export const BACKGROUND_NAME = 'valkey-bundle-background';

export function fakeHost(world: World = {}): FakeHost {
  const tree = fakeTree(world.files ?? {});
  const events: Event[] = [];
  let identity: User = { uid: world.uid ?? 0, gid: world.gid ?? world.uid ?? 0 };
  let stdin = asBytes(world.stdin ?? '');
  let umask = world.umask ?? 0o022;
  let isGone = false;
  const record = (event: Event): void => void (isGone || events.push(event));
  const end = (event: Event): never => {
    record(event);
    isGone = true;
    throw new Gone();
  };
  const may = (path: string, bit: 4 | 2 | 1): boolean => {
    const node = tree.look(path);
    return node !== null && allows(node, identity, bit);
  };

  return {
    events,
    tree,
    arch: world.arch ?? 'x64',
    pid: world.pid ?? 1,
    parentPid: world.parentPid ?? 0,
    firstProcess: () => world.firstProcess ?? 'valkey-server',
    cwd: world.cwd ?? '/data',
    get identity() {
      return identity;
    },
    self: '/usr/local/libexec/valkey/valkey-bundle',
    isTerminal: { stdout: world.terminal ?? false, stderr: world.terminal ?? false },
    cpuFlags: () => new Set(world.cpu ?? ['avx2', 'fma']),
    network: () => ({ hostName: world.hostName ?? 'container', addresses: world.addresses ?? ['10.0.0.1'] }),
    lookupUser: (name) => (world.users ?? { root: { uid: 0, gid: 0 }, valkey: { uid: 999, gid: 999 } })[name] ?? null,
    candidates: (inBackground) =>
      PLACES.filter((place) => !(world.closed ?? []).includes(place)).map(
        (place) => `${place}/${inBackground === true ? BACKGROUND_NAME : RUNTIME_NAME}`,
      ),
    readConf: (path) => readConf(tree, path, may(path, 4)),
    glob: (pattern, cwd) =>
      globPaths(pattern, cwd, {
        exists: tree.stands,
        list: (path) => (tree.look(path)?.kind === 'directory' ? tree.names(path) : null),
      }),
    closedPlaces: () =>
      PLACES.filter((place) => world.closed?.includes(place)).map((place) => ({ place, why: 'read-only file system' })),
    realFile: (path) => tree.real(path) ?? path,
    realDirectory: (path) => (tree.look(path)?.kind === 'directory' ? tree.real(path) : null),
    listDirectory: (path) => {
      const node = tree.look(path);
      if (node === null) return { problem: 'no such file or directory' };
      return node.kind === 'directory' ? tree.names(path) : { problem: 'not a directory' };
    },
    inspect: (path) => inspect(tree, path, may(path, 4)),
    readAt: (path, offset, length) => {
      const node = may(path, 4) ? tree.look(path) : null;
      return Buffer.from(node?.content.slice(offset, offset + length) ?? '', 'latin1');
    },
    readStdin: () => {
      // As a pipe: what was read once is gone.
      const text = stdin;
      stdin = asBytes('');
      return text;
    },
    readSmall: (path) => {
      const node = tree.look(path);
      if (node === null) return { problem: 'no such file or directory' };
      if (node.kind !== 'file') return { problem: 'not a regular file' };
      return may(path, 4) ? { text: textOf(node.content) } : { problem: 'permission denied' };
    },
    findExecutable: (name) =>
      findExecutable(tree, name, { path: world.path ?? SEARCH_PATH, cwd: world.cwd ?? '/data' }, (path) =>
        may(path, 1),
      ),
    canWrite: (path) => may(path, 2),
    mayRead: (path) => may(path, 4),
    mayWrite: (path) => may(path, 2),
    lastStart: () => (world.lastStart === undefined || world.lastStart === null ? null : bytesOf(world.lastStart)),
    print: (stream, text) => record({ kind: 'print', stream, text }),
    own: (directory, user) => {
      record({ kind: 'own', directory, user });
      const node = tree.look(directory);
      const path = tree.real(directory);
      if (node !== null && path !== null && !world.cannotOwn?.length) {
        tree.put(path, { directory: true, mode: node.mode, owner: user });
      }
      return world.cannotOwn ?? [];
    },
    give: (path, user) => {
      record({ kind: 'give', path, user });
      const node = tree.look(path);
      if (node === null || world.cannotOwn?.includes(path)) return;
      const common = { mode: node.mode, owner: user };
      tree.put(path, node.kind === 'directory' ? { ...common, directory: true } : { ...common, bytes: node.content });
    },
    writePrivate: (directory, files, owner) => {
      if (world.full?.some((place) => directory.startsWith(`${place}/`))) throw new Error('no space left on device');
      record({ kind: 'write', directory, names: files.map(({ name }) => name), owner });
      for (const { name, text } of files) tree.put(`${directory}/${name}`, { bytes: text, mode: 0o400, owner });
    },
    removeStale: () => record({ kind: 'remove stale' }),
    dropTo: (user) => {
      if (world.cannotDrop !== undefined) throw new Error(world.cannotDrop);
      record({ kind: 'drop', user });
      identity = user;
    },
    setUmask: (mask) => {
      record({ kind: 'umask', mask });
      const before = umask;
      umask = mask;
      return before;
    },
    restoreSignals: () => record({ kind: 'restore signals' }),
    run: (program, args, env) => {
      record({ kind: 'run', program, args, env });
      return typeof world.runPrints === 'function' ? world.runPrints(args) : (world.runPrints ?? '');
    },
    resolve: (nodes, { confirmMs }) => {
      record({ kind: 'resolve', names: nodes.map(({ host }) => host), confirmMs });
      const known = nodes.flatMap(({ host }): [string, readonly string[]][] => {
        const addresses = world.names?.[host];
        return addresses === undefined ? [] : [[host, addresses]];
      });
      return { addresses: new Map(known), isSure: confirmMs === 0 || world.findsNobody !== true };
    },
    replaceLocked: (path, before, after, copy) => {
      if (world.replacing instanceof Error) throw world.replacing;
      if (world.replacing !== undefined) return world.replacing;
      record({ kind: 'replace', path, copy });
      tree.put(copy, { bytes: before });
      tree.put(path, { bytes: after });
      return 'done';
    },
    waiting: () => {
      if (world.waiting === undefined) throw new Error('nothing to wait for');
      return world.waiting;
    },
    storage: fakeStorage(tree, world.full ?? []),
    exec: (path, argv, env) => {
      if (world.cannotExec !== undefined) throw new Error(world.cannotExec);
      return end({ kind: 'exec', path, argv, env });
    },
    exit: (code) => end({ kind: 'exit', code }),
  };
}

function readConf(tree: FakeTree, path: string, isReadable: boolean): ConfRead {
  const node = tree.look(path);
  if (node === null) return { kind: 'missing' };
  if (node.kind === 'directory') return { kind: 'directory' };
  if (node.kind === 'special') return { kind: 'special', what: node.target };
  return isReadable ? { kind: 'text', text: node.content } : { kind: 'unreadable', why: 'permission denied' };
}

function inspect(tree: FakeTree, path: string, isReadable: boolean): ModuleFile {
  const node = tree.look(path);
  if (node === null) return { kind: 'missing' };
  if (node.kind === 'directory') return { kind: 'directory' };
  if (node.kind === 'special') return { kind: 'unreadable', why: 'not a regular file' };
  if (!isReadable) return { kind: 'unreadable', why: 'permission denied' };
  return { kind: 'file', mode: 0o100000 | node.mode, head: asBytes(node.content.slice(0, 64)) };
}

function findExecutable(
  tree: FakeTree,
  name: string,
  { path: searchPath, cwd }: { readonly path: readonly string[]; readonly cwd: string },
  mayExecute: (path: string) => boolean,
): Executable {
  const isPath = name.includes('/');
  const candidates = isPath ? [absolute(name, cwd)] : searchPath.map((directory) => `${directory}/${name}`);
  let denied: Executable | null = null;
  for (const path of name === '' ? [] : candidates) {
    const node = tree.look(path);
    if (node === null || (node.kind === 'directory' && !isPath)) continue;
    if (node.kind === 'file' && mayExecute(path)) return { kind: 'found', path };
    denied ??= { kind: 'denied', path, why: 'permission denied' };
  }
  return denied ?? { kind: 'missing' };
}
