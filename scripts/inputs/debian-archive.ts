import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTools } from '../lib/apt.ts';
import { cached, findMirrors, isDownloaded, openAptState } from '../lib/debian.ts';
import type { Architecture } from '../lib/platform.ts';
import { runGroup } from '../lib/run.ts';

/** The Debian archive as this machine's mirror has it, read into an apt state of its own. */
export interface DebianArchive {
  /** A folder that lasts as long as the work. */
  readonly scratch: string;
  /** The entry of a binary package in the index of a suite; null if it has none. */
  binary(suite: string, name: string, architecture: Architecture): Promise<Paragraph | null>;
  /** The entry of a source package in the index of a suite; null if it has none. */
  source(suite: string, name: string): Promise<Paragraph | null>;
  /** Downloads a binary package; false where the pool no longer has it. apt holds it against the index. */
  download(suite: string, name: string, architecture: Architecture, into: string): Promise<boolean>;
  /** Downloads the files of a source package; false where the pool no longer has them. */
  downloadSource(suite: string, name: string, version: string, into: string): Promise<boolean>;
}

interface ArchiveAccess {
  readonly aborted: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Opens the archive for a piece of work, and removes its files afterwards. An index is read when it is first asked for.
 */
export async function withDebianArchive<Result>(
  { aborted, report }: ArchiveAccess,
  work: (archive: DebianArchive) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-archive-'));
  const states = new Map<string, ReturnType<typeof openAptState>>();
  const stateOf = async (suite: string, type: 'deb' | 'deb-src', architecture: Architecture) => {
    const key = `${suite}-${type}-${architecture}`;
    const opened = states.get(key) ?? open(key, suite, type, architecture);
    states.set(key, opened);
    return await opened;
  };
  const open = async (key: string, suite: string, type: 'deb' | 'deb-src', architecture: Architecture) => {
    await ensureTools({ 'apt-get': 'apt', 'dpkg-source': 'dpkg-dev' }, report);
    const { archive: mirror } = await findMirrors();
    report(`Reading the index of Debian ${suite} (${type === 'deb' ? architecture : 'sources'})`);
    return await openAptState({ mirror, suite, architecture, type, folder: join(folder, key), aborted });
  };
  const ask = async (env: { APT_CONFIG: string }, program: string, args: readonly string[], cwd = folder) => {
    const ran = await runGroup(program, [...cached, ...args], { env: { ...env, LC_ALL: 'C' }, cwd }, aborted);
    aborted.throwIfAborted();
    return ran;
  };
  const archive: DebianArchive = {
    scratch: join(folder, 'scratch'),
    binary: async (suite, name, architecture) => {
      const shown = await ask(await stateOf(suite, 'deb', architecture), 'apt-cache', [
        'show',
        '--no-all-versions',
        name,
      ]);
      return shown.isDone ? (parseDeb822(shown.text)[0] ?? null) : null;
    },
    source: async (suite, name) => {
      const shown = await ask(await stateOf(suite, 'deb-src', 'amd64'), 'apt-cache', [
        'showsrc',
        '--only-source',
        name,
      ]);
      return shown.isDone ? offered(parseDeb822(shown.text)) : null;
    },
    download: async (suite, name, architecture, into) => {
      await mkdir(into, { recursive: true });
      const env = await stateOf(suite, 'deb', architecture);
      const ran = await ask(env, 'apt-get', ['download', '-q', name], into);
      return isDownloaded(ran, `${name} of Debian ${suite}`);
    },
    downloadSource: async (suite, name, version, into) => {
      await mkdir(into, { recursive: true });
      const env = await stateOf(suite, 'deb-src', 'amd64');
      const wanted = `${name}=${version}`;
      const ran = await ask(env, 'apt-get', ['source', '-q', '--download-only', '--only-source', wanted], into);
      return isDownloaded(ran, `the source ${wanted} of Debian ${suite}`);
    },
  };
  try {
    return await work(archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** sid keeps the sources of packages that were built from an older version: they are not what the suite offers. */
function offered(found: readonly Paragraph[]): Paragraph | null {
  return found.find((paragraph) => paragraph.get('extra-source-only') !== 'yes') ?? null;
}

/**
 * A paragraph of the archive's index: field to value, lower-case names; continued lines are joined by newlines, without
 * their indent.
 */
type Paragraph = ReadonlyMap<string, string>;

/** Reads what `apt-cache show` and `showsrc` print: paragraphs divided by blank lines (deb822). */
export function parseDeb822(text: string): Paragraph[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map(parseParagraph)
    .filter((paragraph) => paragraph.size > 0);
}

function parseParagraph(text: string): Paragraph {
  const fields = new Map<string, string>();
  let current: string | null = null;
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      current = name.toLowerCase();
      fields.set(current, value.trim());
    } else if (current !== null && /^[ \t]/.test(line)) {
      const before = fields.get(current) ?? '';
      fields.set(current, before === '' ? line.trim() : `${before}\n${line.trim()}`);
    }
  }
  return fields;
}

/** The files of a source package: `<sha256> <size> <name>` lines. */
export function sourceFiles(paragraph: Paragraph): { name: string; sha256: string; size: number }[] {
  const listed = paragraph.get('checksums-sha256') ?? '';
  return listed
    .split('\n')
    .flatMap((line) => {
      const [sha256, size, name] = line.trim().split(/\s+/);
      return sha256 === undefined || size === undefined || name === undefined
        ? []
        : [{ name, sha256, size: Number(size) }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
