import type Docker from 'dockerode';
import { execIn } from '../lib/engine.ts';
import type { Containers } from './lab.ts';
import { layout } from './subject.ts';

export interface FileFact {
  /** f, d or l, as find prints it. */
  readonly type: string;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

/** The content of an image, read by its own find, readlink and cat. */
export interface ImageFacts {
  /** By absolute path: everything in the places that the project lays out. */
  readonly files: ReadonlyMap<string, FileFact>;
  /** Where each name of the launcher and the server leads, for every folder of PATH that has it. */
  readonly leadsTo: ReadonlyMap<string, string>;
  /** SHA-256 of each module, by its path. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly bundle: string | null;
  readonly sbom: string | null;
  /** Build tools that are on PATH. */
  readonly tools: readonly string[];
  /** `valkey-bundle doctor`: exit code and what it printed. */
  readonly doctor: { readonly exitCode: number; readonly text: string };
}

const folders = [
  layout.modules,
  '/usr/local/bin',
  '/usr/local/libexec',
  '/usr/local/share/valkey-bundle',
  ...layout.openFolders,
];

/** Looks into the image, in one container in which nothing of ours runs but the doctor. */
export async function readFacts(containers: Containers): Promise<ImageFacts> {
  const container = await containers.create({ entrypoint: ['sleep'], command: ['120'] });
  try {
    await container.start();
    const shell = (script: string) => execIn(container, ['sh', '-c', script]);
    const [listed, led, hashed, bundle, sbom, tools, doctor] = await Promise.all([
      shell(`find ${folders.join(' ')} -printf '%y\\t%m\\t%U\\t%G\\t%p\\n'`),
      shell(leadScript()),
      shell(`sha256sum ${layout.modules}/*.so`),
      textOf(container, layout.bundle),
      textOf(container, layout.sbom),
      shell(`for name in ${layout.buildTools.join(' ')}; do command -v "$name"; done; true`),
      execIn(container, ['valkey-bundle', 'doctor']),
    ]);
    return {
      files: new Map(listed.stdout.split('\n').flatMap(readFile)),
      leadsTo: new Map(led.stdout.split('\n').flatMap(readLead)),
      hashes: new Map(hashed.stdout.split('\n').flatMap(readHash)),
      bundle,
      sbom,
      tools: tools.stdout.split('\n').filter((line) => line !== ''),
      doctor: { exitCode: doctor.exitCode, text: `${doctor.stdout}${doctor.stderr}`.trim() },
    };
  } finally {
    await containers.remove(container);
  }
}

/** One line for every launcher name in every folder of PATH. */
function leadScript(): string {
  const names = layout.launcherNames.join(' ');
  return `IFS=:; for folder in $PATH; do IFS=' '; for name in ${names}; do
  [ -e "$folder/$name" ] || [ -L "$folder/$name" ] || continue
  printf '%s\\t%s\\n' "$folder/$name" "$(readlink -f "$folder/$name")"
done; done`;
}

async function textOf(container: Docker.Container, path: string): Promise<string | null> {
  const { exitCode, stdout } = await execIn(container, ['cat', path]);
  return exitCode === 0 ? stdout : null;
}

function readFile(line: string): [string, FileFact][] {
  const [type, mode, uid, gid, path] = line.split('\t');
  if (type === undefined || mode === undefined || path === undefined) return [];
  return [[path, { type, mode, uid: Number(uid), gid: Number(gid) }]];
}

/** `<hash>  <path>`, as sha256sum prints it. */
function readHash(line: string): [string, string][] {
  const [, hash, path] = /^([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
  return hash === undefined || path === undefined ? [] : [[path, hash]];
}

function readLead(line: string): [string, string][] {
  const [name, target] = line.split('\t');
  return name === undefined || target === undefined ? [] : [[name, target]];
}
