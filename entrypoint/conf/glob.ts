import { bytesOf } from '../text/bytes.ts';

/** The file system that a pattern is matched against. */
export interface Directories {
  /** Names in a directory without `.` and `..`, or null if it cannot be read. */
  list(path: string): readonly string[] | null;
  /** True if something has this name, even a link that leads nowhere. */
  exists(path: string): boolean;
}

/**
 * The paths that match a pattern as glob(3) with flags 0 finds them, which is what the server calls for `include`: `*`,
 * `?` and `[...]` within one component, a backslash quotes, a name that begins with a dot only matches a dot that is
 * written out; no braces, no `**`. In byte order, and absolute where the working directory is.
 */
export function globPaths(pattern: string, cwd: string, directories: Directories): string[] {
  // A slash cannot be quoted: a backslash before it says nothing.
  const parts = pattern.replace(/(?<!\\)((?:\\\\)*)\\(?=\/)/g, '$1').split('/');
  // A pattern that ends in a slash finds directories alone, which are empty files to the server.
  if (parts.at(-1) === '') return [];
  const special = parts.findIndex((part) => /[*?[]/.test(part.replace(/\\./gs, '')));
  const plain = special < 0 ? parts.length - 1 : special;
  let found = [plain === 0 ? withoutEnd(cwd) : baseOf(parts.slice(0, plain).join('/'), cwd)];
  for (const part of parts.slice(plain).filter((name) => name !== '')) {
    if (/[*?[\\]/.test(part)) found = found.flatMap((path) => matches(path, part, directories));
    else found = found.map((path) => `${path}/${part}`);
  }
  return found.filter((path) => directories.exists(path)).sort(byBytes);
}

/** The directory before the first part that is a pattern: a name with its backslashes left out. */
function baseOf(directory: string, cwd: string): string {
  const name = directory.replace(/\\(.?)/gs, '$1').replace(/\/+/g, '/');
  return withoutEnd(directory === '' || name.startsWith('/') ? name : `${withoutEnd(cwd)}/${name}`);
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '');
}

function matches(base: string, component: string, directories: Directories): string[] {
  const expression = componentExpression(bytesOf(component));
  const names = directories.list(base === '' ? '/' : base) ?? [];
  // `.` and `..` are entries too, and a pattern that spells out the dot finds them.
  const all = component.startsWith('.') || component.startsWith('\\.') ? ['.', '..', ...names] : names;
  return all.filter((name) => expression.test(bytesOf(name))).map((name) => `${base}/${name}`);
}

/** One component as a regular expression over bytes. */
function componentExpression(component: string): RegExp {
  let source = /^(?:\.|\\\.)/.test(component) ? '' : '(?!\\.)';
  for (let at = 0; at < component.length; at++) {
    const character = component.charAt(at);
    const bracket = character === '[' ? readBracket(component, at) : null;
    if (bracket !== null) {
      source += bracket.source;
      at = bracket.end;
    } else if (character === '*') source += '[^]*';
    else if (character === '?') source += '[^]';
    // Behind a backslash at the end nothing can stand, and nothing matches (fnmatch).
    else if (character === '\\') source += at + 1 < component.length ? quote(component.charAt(++at)) : NOTHING;
    else source += quote(character);
  }
  return new RegExp(`^${source}$`);
}

const NOTHING = '(?!)';

/** A bracket expression; null where it is not closed, and the `[` is an ordinary character. */
function readBracket(component: string, from: number): { source: string; end: number } | null {
  let at = from + 1;
  const negated = component[at] === '!' || component[at] === '^';
  if (negated) at += 1;
  let set = '';
  for (let first = true; at < component.length; first = false) {
    if (component[at] === ']' && !first) {
      const source = negated ? `[^${set}]` : `[${set}]`;
      return { source, end: at };
    }
    const named = /^\[:([a-z]+):\]/.exec(component.slice(at));
    if (named !== null) {
      set += CLASSES[named[1] ?? ''] ?? '';
      at += named[0].length;
      continue;
    }
    const alike = /^\[=([\s\S])=\]/.exec(component.slice(at));
    if (alike !== null) {
      set += hex(alike[1] ?? '');
      at += alike[0].length;
      continue;
    }
    // One with a collating symbol that the C locale does not have matches nothing.
    if (/^\[\.(?![\s\S]\.\])/.test(component.slice(at))) return { source: NOTHING, end: component.length };
    const low = readMember(component, at);
    at = low.end;
    // A bracket that is not closed is an ordinary character, but one that ends in a range matches nothing (fnmatch):
    // unless that character was found in it before.
    if (component[at] === '-' && at + 1 === component.length && !new RegExp(`[${set}${hex(low.character)}]`).test('['))
      return { source: NOTHING, end: at };
    if (component[at] === '-' && component[at + 1] !== undefined && component[at + 1] !== ']') {
      const high = readMember(component, at + 1);
      at = high.end;
      // A range that runs backwards matches nothing.
      if (low.character <= high.character) set += `${hex(low.character)}-${hex(high.character)}`;
    } else set += hex(low.character);
  }
  return null;
}

/** A character, as it is, behind a backslash, or as the collating symbol that it is in the C locale. */
function readMember(component: string, at: number): { character: string; end: number } {
  const symbol = /^\[\.([\s\S])\.\]/.exec(component.slice(at))?.[1];
  if (symbol !== undefined) return { character: symbol, end: at + 5 };
  const isQuoted = component[at] === '\\' && at + 1 < component.length;
  return { character: component.charAt(isQuoted ? at + 1 : at), end: at + (isQuoted ? 2 : 1) };
}

/** Character classes of the C locale. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t-\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

function quote(character: string): string {
  return /[A-Za-z0-9_]/.test(character) ? character : hex(character);
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function byBytes(a: string, b: string): number {
  const left = bytesOf(a);
  const right = bytesOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
