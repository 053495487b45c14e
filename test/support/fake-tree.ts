import type { User } from '../../entrypoint/host/host.ts';
import { asBytes, type Bytes, bytesOf } from '../../entrypoint/text/bytes.ts';

/** What stands at a path: text (UTF-8), or something else by name. Parent directories make themselves. */
export type Spec =
  | string
  | {
      readonly text?: string;
      readonly bytes?: Bytes;
      readonly directory?: true;
      readonly link?: string;
      readonly special?: string;
      readonly mode?: number;
      readonly owner?: User;
    };

export interface Node {
  readonly kind: 'file' | 'directory' | 'link' | 'special';
  readonly content: Bytes;
  readonly target: string;
  readonly mode: number;
  readonly owner: User;
}

const ROOT: User = { uid: 0, gid: 0 };
const MOST_LINKS = 40;

/** A file tree in memory, with links, modes and owners. Paths are absolute. */
export interface FakeTree {
  put(path: string, spec: Spec): void;
  /** The node behind all links, or null. */
  look(path: string): Node | null;
  /** The path behind all links, or null if it leads nowhere. */
  real(path: string): string | null;
  /** The node itself, links not followed. */
  stands(path: string): boolean;
  names(directory: string): string[];
  /** With everything in it. */
  remove(path: string): void;
  /** With everything in it, in place of a file that is there. */
  move(from: string, to: string): void;
}

export function fakeTree(specs: Readonly<Record<string, Spec>>): FakeTree {
  const nodes = new Map<string, Node>([['/', nodeOf({ directory: true })]]);

  const put = (path: string, spec: Spec): void => {
    const parts = path.split('/').filter((part) => part !== '');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = `/${parts.slice(0, depth).join('/')}`;
      if (!nodes.has(parent)) nodes.set(parent, nodeOf({ directory: true }));
    }
    nodes.set(`/${parts.join('/')}`, nodeOf(spec));
  };

  /** Resolves one component after the other, as the kernel does; `..` behind a link is that of its target. */
  const real = (path: string, links = 0): string | null => {
    let at = '/';
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (nodes.get(at)?.kind !== 'directory') return null;
      if (part === '..') {
        at = at.slice(0, at.lastIndexOf('/')) || '/';
        continue;
      }
      const next = at === '/' ? `/${part}` : `${at}/${part}`;
      const node = nodes.get(next);
      if (node === undefined || links > MOST_LINKS) return null;
      if (node.kind !== 'link') {
        at = next;
        continue;
      }
      const behind = real(node.target.startsWith('/') ? node.target : `${at}/${node.target}`, links + 1);
      if (behind === null) return null;
      at = behind;
    }
    return at;
  };

  const below = (path: string): string[] =>
    [...nodes.keys()].filter((one) => one === path || one.startsWith(`${path}/`));

  for (const [path, spec] of Object.entries(specs)) put(path, spec);
  return {
    put,
    real,
    look: (path) => nodes.get(real(path) ?? '') ?? null,
    stands: (path) => {
      const slash = path.lastIndexOf('/');
      const parent = real(path.slice(0, slash) || '/');
      const name = path.slice(slash + 1);
      return real(path) !== null || (parent !== null && nodes.has(parent === '/' ? `/${name}` : `${parent}/${name}`));
    },
    names: (directory) => {
      const base = real(directory);
      if (base === null) return [];
      const prefix = base === '/' ? '/' : `${base}/`;
      return [...nodes.keys()]
        .filter((path) => path !== '/' && path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
        .map((path) => path.slice(prefix.length));
    },
    remove: (path) => {
      for (const one of below(path)) nodes.delete(one);
    },
    move: (from, to) => {
      for (const one of below(from)) {
        const node = nodes.get(one);
        if (node !== undefined) nodes.set(`${to}${one.slice(from.length)}`, node);
        nodes.delete(one);
      }
    },
  };
}

function nodeOf(spec: Spec): Node {
  const given = typeof spec === 'string' ? { text: spec } : spec;
  const common = { content: asBytes(''), target: '', owner: given.owner ?? ROOT };
  if (given.directory) return { ...common, kind: 'directory', mode: given.mode ?? 0o755 };
  if (given.link !== undefined) return { ...common, kind: 'link', target: given.link, mode: 0o777 };
  if (given.special !== undefined) return { ...common, kind: 'special', target: given.special, mode: 0o644 };
  return { ...common, kind: 'file', content: given.bytes ?? bytesOf(given.text ?? ''), mode: given.mode ?? 0o644 };
}

/** Whether a user may use a node: 4 to read, 2 to write, 1 to execute. Root may all but execute what nobody may. */
export function allows(node: Node, user: User, bit: 4 | 2 | 1): boolean {
  if (user.uid === 0) return bit !== 1 || node.kind === 'directory' || (node.mode & 0o111) !== 0;
  const shift = node.owner.uid === user.uid ? 6 : node.owner.gid === user.gid ? 3 : 0;
  return ((node.mode >> shift) & bit) !== 0;
}
