import { join, posix } from 'node:path';
import type { FetchedSource } from '../inputs/fetch-line.ts';
import type { Architecture } from '../lib/platform.ts';
import { linkedCrates, vendored } from './crates.ts';
import { filesOfCommit, filesOfFolder, type SourceFiles } from './source-files.ts';

type Pin = FetchedSource['record']['pins'][number];

/** A part of others in a fetched source. */
export interface Candidate {
  /** Its place in the folder of the source: dependencies/grpc/third_party/zlib, cargo/vendor/libc-0.2.1. */
  readonly part: string;
  readonly name: string;
  /** The repository that it comes from, at a commit. Null for a crate, and in a source package, which have none. */
  readonly repository: string | null;
  readonly commit: string | null;
  /** Its place in that repository, or source package; empty for a whole one. */
  readonly root: string;
  /** SPDX expression of its Cargo.toml. */
  readonly licence: string | null;
  readonly licenceFile: string | null;
}

/** The folder of a source, in which every place belongs to one repository, the source package, or a crate. */
export interface OpenSource {
  readonly source: FetchedSource;
  /** What the repositories are; a source package counts as one. */
  readonly roots: readonly (Omit<Pin, 'repository' | 'commit'> & Pick<Candidate, 'repository' | 'commit'>)[];
  /** The files of the repository, or of the crate, that a place belongs to: each is listed once. */
  filesAt(place: string): Promise<SourceFiles>;
  /** A place as a path in those files. */
  pathOf(place: string): string;
}

export async function openSource(source: FetchedSource): Promise<OpenSource> {
  const { folder, record } = source;
  const roots = record.kind === 'git' ? record.pins : [{ part: 'tree', repository: null, commit: null, bare: null }];
  const ownerOf = (place: string): string => {
    if (place.startsWith(`${vendored}/`)) return place.split('/').slice(0, 3).join('/');
    const around = roots.filter(({ part }) => `${place}/`.startsWith(`${part}/`));
    return around.toSorted((a, b) => b.part.length - a.part.length)[0]?.part ?? 'tree';
  };
  const listed = new Map<string, Promise<SourceFiles>>();
  return {
    source,
    roots,
    filesAt: (place) => {
      const owner = ownerOf(place);
      const pin = record.pins.find(({ part }) => part === owner);
      const known =
        listed.get(owner) ??
        (pin?.bare ? filesOfCommit(join(folder, pin.bare), pin.commit) : filesOfFolder(join(folder, owner)));
      listed.set(owner, known);
      return known;
    },
    pathOf: (place) => place.slice(ownerOf(place).length + 1),
  };
}

interface Looking {
  /** Names of folders that hold one folder for each project of others. */
  readonly folders: readonly string[];
  /** Patterns of places that are not looked into. */
  readonly leftOut: readonly string[];
  readonly architecture: Architecture;
}

/**
 * All parts of others in a source, in the order of their places; those that are left out too, not what is below them.
 */
export async function candidatesOf(opened: OpenSource, looking: Looking): Promise<Candidate[]> {
  const { roots, source } = opened;
  const found: Candidate[] = [];
  for (const { part, repository, commit } of roots) {
    if (part !== 'tree') {
      found.push({ part, name: lastOf(part), repository, commit, root: '', licence: null, licenceFile: null });
    }
    if (looking.leftOut.some((pattern) => covers(pattern, { part, name: '' }))) continue;
    const inside = roots.flatMap((one) => (one.part.startsWith(`${part}/`) ? one.part.slice(part.length + 1) : []));
    const { paths } = await opened.filesAt(part);
    for (const root of foldersOfOthers(paths, inside, looking.folders)) {
      const facts = { part: `${part}/${root}`, name: lastOf(root), repository, commit, root };
      found.push({ ...facts, licence: null, licenceFile: null });
    }
  }
  for (const crate of await linkedCrates(source.folder, looking.architecture)) {
    const { name, folder, licence, licenceFile } = crate;
    const facts = { part: `${vendored}/${folder}`, name, repository: null, commit: null, root: '' };
    found.push({ ...facts, licence, licenceFile });
  }
  return found.sort((a, b) => (a.part < b.part ? -1 : 1));
}

/**
 * The folders of others in a repository: each folder of its third_party, and of theirs. A folder around a submodule is
 * the submodule's, and one in which nothing can be compiled (rules of a build, scripts) is no part of a module.
 * `inside`: the places of the submodules.
 */
function foldersOfOthers(
  paths: readonly string[],
  inside: readonly string[],
  names: readonly string[],
  within = '',
): string[] {
  return names.flatMap((name) => {
    const around = `${within}${name}/`;
    const below = paths.filter((path) => path.startsWith(around));
    const folders = below.flatMap((path) => {
      const [first, ...rest] = path.slice(around.length).split('/');
      return first === undefined || rest.length === 0 ? [] : [`${around}${first}`];
    });
    return [...new Set(folders)].flatMap((folder) => {
      if (inside.some((path) => `${path}/`.startsWith(`${folder}/`))) return [];
      const own = below.filter((path) => path.startsWith(`${folder}/`));
      return own.some((path) => compiled.test(path)) ? [folder, ...foldersOfOthers(own, [], names, `${folder}/`)] : [];
    });
  });
}

/** Files that a compiler reads: C and its kin, assembly, Rust, and what code is generated from. */
const compiled = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|s|asm|rs|proto)$/i;

/** True for the parts at the places that a pattern means, and for those below them. */
export function covers(pattern: string, { part, name }: Pick<Candidate, 'part' | 'name'>): boolean {
  const words = part.split('/');
  const around = words.map((_, index) => words.slice(0, index + 1).join('/'));
  return around.some((place) => isAt(pattern, { part: place, name }));
}

/** A crate has its version in its place, and may be named without. */
export function isAt(pattern: string, { part, name }: Pick<Candidate, 'part' | 'name'>): boolean {
  const named = part.startsWith(`${vendored}/`) && posix.matchesGlob(`${vendored}/${name}`, pattern);
  return named || posix.matchesGlob(part, pattern);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
