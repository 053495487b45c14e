import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleFile } from '../../modules/schema.ts';
import { dataError, readData } from '../data/read-data.ts';
import { type DebianBase, type DebianPackage, type ReleaseLine, releaseLine } from '../data/release-line.ts';
import { type Deb, type Mirrors, openSuite, type Suite } from '../lib/debian.ts';
import { PipelineError } from '../lib/pipeline-error.ts';

export interface BasePackages {
  readonly valkey: Deb;
  readonly modules: Readonly<Record<string, Deb>>;
  /** Sentences for a reader: what the archive did not have although the line asks for it first. */
  readonly notes: readonly string[];
}

export interface FetchOptions {
  readonly mirrors: Mirrors;
  readonly architecture: string;
  readonly folder: string;
  readonly report: (line: string) => void;
}

/**
 * Downloads the server and the modules, each from the first of its suites whose pool has it. Throws VP209 where none
 * has it, and VP206 where a download failed: whether the suite has it is not known then, and a base of an older package
 * would be kept.
 */
export async function fetchPackages(
  line: ArchiveLine,
  options: FetchOptions,
  suiteNamed: (name: string) => Promise<Suite> = suites(options),
): Promise<BasePackages> {
  const notes: string[] = [];
  const fetch = (name: string, from: readonly string[], into: string) =>
    fetchFirst(name, from, { into: join(options.folder, into), suiteNamed, notes, report: options.report });

  const valkey = await fetch(line.valkey.package, line.valkey.suites, 'debs');
  const modules: Record<string, Deb> = {};
  for (const [name, module] of Object.entries(line.modules)) {
    modules[name] = await fetch(module.package, module.suites, 'modules');
  }
  return { valkey, modules, notes };
}

/** Opens a suite when it is first asked for: reading an index takes seconds, and most bases need only one. */
function suites({ mirrors, architecture, folder, report }: FetchOptions): (name: string) => Promise<Suite> {
  const opened = new Map<string, Promise<Suite>>();
  return (name) => {
    const known = opened.get(name);
    if (known) return known;
    report(`Reading the index of Debian ${name}`);
    const suite = openSuite({
      mirror: mirrors.archive,
      suite: name,
      architecture,
      folder: join(folder, `apt-${name}`),
    });
    opened.set(name, suite);
    return suite;
  };
}

interface FetchFirst {
  readonly into: string;
  readonly suiteNamed: (name: string) => Promise<Suite>;
  readonly notes: string[];
  readonly report: (line: string) => void;
}

async function fetchFirst(
  name: string,
  from: readonly string[],
  { into, suiteNamed, notes, report }: FetchFirst,
): Promise<Deb> {
  const [preferred] = from;
  for (const suiteName of from) {
    const suite = await suiteNamed(suiteName);
    const deb = await suite.download(name, into);
    if (deb === null) {
      report(`Debian ${suiteName} no longer has ${name}`);
      continue;
    }
    report(`${name} ${deb.version} from ${suiteName}`);
    if (suiteName !== preferred)
      notes.push(`${name} ${deb.version} comes from ${suiteName}: ${preferred} no longer has it`);
    return deb;
  }
  throw new PipelineError('VP209', `the package ${name} is in none of these suites: ${from.join(', ')}`, {
    fix: 'name another suite, or take the module out, in modules/releases/local.yaml',
  });
}

export type ArchiveModule = DebianPackage;

/** The part of a release line that comes out of the Debian archive as binary packages: base, server, and modules. */
export interface ArchiveLine {
  readonly line: string;
  readonly base: Omit<DebianBase, 'valkey'>;
  readonly valkey: DebianBase['valkey'];
  readonly modules: Readonly<Record<string, ArchiveModule>>;
  readonly defaults: BundleFile['defaults'];
}

/** Reads a release line whose base is made from the Debian archive; throws VP101 with every problem of the file. */
export async function readArchiveLine(path: string): Promise<ArchiveLine> {
  const kind = { schema: releaseLine, title: 'the release line', code: 'VP101' } as const;
  const read = readData(kind, path, await readFile(path, 'utf8'));
  if ('problems' in read) throw dataError(read.problems);
  return archiveLine(read.value);
}

/** Throws VP102 for a line whose base is an image. */
export function archiveLine({ line, base, modules, variants }: ReleaseLine): ArchiveLine {
  if (!('debian' in base)) {
    throw new PipelineError('VP102', `the base of the line ${line} is the image ${base.image}:${base.tag}`, {
      where: `modules/releases/${line}.yaml`,
      fix: 'take a line whose base is made from the Debian archive',
    });
  }
  const { valkey, ...rest } = base.debian;
  const packaged = Object.entries(modules).flatMap(([name, { debianPackage }]) =>
    debianPackage === undefined ? [] : [[name, debianPackage] as const],
  );
  const defaults = variants['default']?.defaults ?? { moduleArgs: [], directives: [] };
  return { line, base: rest, valkey, modules: Object.fromEntries(packaged), defaults };
}
