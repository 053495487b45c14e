import { join } from 'node:path';
import { type Deb, type Mirrors, openSuite, type Suite } from '../lib/debian.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { ArchiveLine } from './base.ts';

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
