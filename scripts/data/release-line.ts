import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { bundleFile, type ModuleManifest } from '../../modules/schema.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { platforms } from '../lib/platform.ts';
import { didYouMean } from '../lib/text.ts';
import { releasesPath, type Workspace } from '../lib/workspace.ts';
import { loadManifests } from './manifests.ts';
import { type At, type DataProblem, dataError, isWrong, readData } from './read-data.ts';
import { byNumber, readRelease } from './version.ts';

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/);
const suites = z
  .array(z.string().regex(/^[a-z][a-z0-9-]*$/))
  .min(1)
  .describe('tried in order: the first that still has it is used');

/** A binary package: what `npm start` takes, because nothing has to be compiled. */
const debianPackage = z.strictObject({
  package: packageName,
  suites,
  file: z
    .string()
    .regex(/^[^/].*\.so$/)
    .describe('path inside the package'),
  addNeeded: z
    .array(z.string())
    .default([])
    .describe('shared libraries that the module must name, so that it works and not only loads'),
});

const debianSource = z.strictObject({ package: packageName, suites });

const module = z
  .strictObject({
    tag: z.string().optional().describe('the tag in the repository of the manifest; its version too'),
    below: z
      .string()
      .refine((tag) => readRelease(tag) !== null, { message: 'not a release: write it like 1.0.3' })
      .optional()
      .describe('the first release that is not taken by itself; the reason stands in a comment beside it'),
    debianSource: debianSource.optional().describe('a source package of the Debian archive, built like a tag'),
    debianPackage: debianPackage
      .optional()
      .describe('a binary package; built from source instead where a source is named'),
  })
  .refine((entry) => entry.tag !== undefined || entry.debianSource !== undefined || entry.debianPackage !== undefined, {
    message: 'name where it comes from: tag, debianSource or debianPackage',
  })
  .refine((entry) => entry.tag === undefined || entry.debianSource === undefined, {
    message: 'tag and debianSource exclude each other',
  });

/** A minimal Debian with Valkey from the archive, made here by mmdebstrap. */
const debianBase = z.strictObject({
  suite: z.string(),
  epoch: z.int().positive().describe('every file time in the base is clamped to this moment, in seconds since 1970'),
  packages: z.array(packageName),
  valkey: z.strictObject({ package: packageName, suites }),
});

/** An image in a registry, glibc (Debian) only: pinned by digest in lock.json. */
const imageBase = z.strictObject({
  image: z
    .string()
    .regex(/^[a-z0-9.:-]+\/[a-z0-9./_-]+$/)
    .describe('registry/repository, for example docker.io/valkey/valkey'),
  tag: z.string(),
});

/**
 * A variant is an image of its own: the line's files with other image defaults. In a tag {line}, {valkey} and {date}
 * (UTC, yyyymmdd) are filled in; one with {valkey} is a version tag, which is moved only on request.
 */
const variant = z.strictObject({
  tags: z.array(z.string().regex(/^[A-Za-z0-9_{}][A-Za-z0-9._{}-]*$/)).min(1),
  defaults: bundleFile.shape.defaults,
});

/** modules/releases/<line>.yaml: everything that a release line consists of. */
export const releaseLine = z.strictObject({
  line: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  valkey: z.string().optional().describe('the version of the server; read from the base where that is made here'),
  base: z.union([z.strictObject({ debian: debianBase }), imageBase]),
  platforms: z.array(z.enum(platforms)).min(1),
  modules: z.record(z.string(), module),
  variants: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), variant).describe('default, and others beside it'),
});

export type ReleaseLine = z.infer<typeof releaseLine>;
export type LineModule = z.infer<typeof module>;
export type DebianBase = z.infer<typeof debianBase>;
export type DebianPackage = z.infer<typeof debianPackage>;

const suffix = '.yaml';

/** The names of the release lines, oldest first. Throws VP106 where there is no folder of them. */
export function listLines(workspace: Workspace): string[] {
  const folder = releasesPath(workspace);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .sort(byNumber);
  } catch (cause) {
    const fix = 'run the verb in a folder whose modules/releases holds one file a line';
    throw new PipelineError('VP106', 'cannot be read', { where: folder, fix, cause });
  }
}

/**
 * Reads modules/releases/<name>.yaml and compares it with the manifests. Throws VP103 for an unknown name, VP101,
 * VP102, VP104, VP105 with all that is wrong in it, and what loadManifests throws.
 */
export function loadLine(workspace: Workspace, name: string): ReleaseLine {
  const known = listLines(workspace);
  if (!known.includes(name)) {
    throw new PipelineError('VP103', `no release line has the name ${name}`, {
      where: releasesPath(workspace),
      fix: `${didYouMean(name, known)}write one of ${known.join(', ') || '(there is none yet)'}`,
    });
  }
  const kind = { schema: releaseLine, title: 'the release line', code: 'VP101' } as const;
  const file = join(releasesPath(workspace), `${name}${suffix}`);
  const read = readData(kind, file, textOf(file));
  if ('problems' in read) throw dataError(read.problems);
  const problems = lineProblems({ ...read, name }, loadManifests(workspace.modules));
  if (isWrong(problems)) throw dataError(problems);
  return read.value;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PipelineError('VP106', 'cannot be read', { where: file, cause });
  }
}

/** A release line that fits the schema, with the name of its file. */
interface ReadLine {
  readonly name: string;
  readonly value: ReleaseLine;
  readonly at: At;
}

/** Rules that a schema cannot say: within a line, and between a line and the manifests of its modules. */
function lineProblems(line: ReadLine, manifests: readonly ModuleManifest[]): DataProblem[] {
  return [
    ...fileName(line),
    ...Object.keys(line.value.modules).flatMap((module) => moduleProblems(line, module, manifests)),
    ...server(line),
    ...variants(line),
  ];
}

function fileName({ name, value, at }: ReadLine): DataProblem[] {
  if (value.line === name) return [];
  const fix = `write line: ${JSON.stringify(name)}, or rename the file`;
  return [at(['line'], `line differs from the file ${name}.yaml, got ${value.line}`, fix, 'VP102')];
}

function moduleProblems({ value, at }: ReadLine, module: string, manifests: readonly ModuleManifest[]): DataProblem[] {
  const path = ['modules', module];
  const manifest = manifests.find(({ name }) => name === module);
  if (manifest === undefined) {
    const names = manifests.map(({ name }) => name);
    const fix = `${didYouMean(module, names)}write one of ${names.join(', ')}`;
    return [at(path, `no module has the name ${module}`, fix, 'VP104')];
  }
  const { tag, debianSource } = value.modules[module] ?? {};
  if (manifest.build !== undefined || (tag === undefined && debianSource === undefined)) return [];
  const key = tag === undefined ? 'debianSource' : 'tag';
  return [
    at(
      [...path, key],
      `${module} comes from source, and its manifest does not say how it is built`,
      `add a \`build\` section to modules/${module}/module.yaml`,
      'VP105',
    ),
  ];
}

/** {valkey} in tags and builds is the version of the server: known only where somebody says it. */
function server({ value, at }: ReadLine): DataProblem[] {
  if ('debian' in value.base || value.valkey !== undefined) return [];
  const fix = `add valkey: the version of the server in ${value.base.image}:${value.base.tag}`;
  return [
    at(
      [],
      'valkey is missing: the base is an image, which does not say its version before it is fetched',
      fix,
      'VP102',
    ),
  ];
}

const knownWords = ['{line}', '{valkey}', '{date}'];

function variants({ value, at }: ReadLine): DataProblem[] {
  const found: DataProblem[] = [];
  if (value.variants['default'] === undefined) {
    found.push(at(['variants'], 'no variant is called default', 'name the plain image default', 'VP102'));
  }
  for (const [name, { tags, defaults }] of Object.entries(value.variants)) {
    const path = ['variants', name];
    for (const [index, tag] of tags.entries()) {
      for (const word of tag.match(/\{[^}]*\}?|\}/g) ?? []) {
        if (knownWords.includes(word)) continue;
        const fix = `write ${knownWords.join(', ')}`;
        found.push(at([...path, 'tags', index], `a tag cannot have ${word} filled in, got ${tag}`, fix, 'VP102'));
      }
    }
    for (const [index, { module }] of defaults.moduleArgs.entries()) {
      if (module in value.modules) continue;
      const place = [...path, 'defaults', 'moduleArgs', index, 'module'];
      const fix = `write one of ${Object.keys(value.modules).join(', ')}`;
      found.push(at(place, `the line has no module ${module}`, fix, 'VP102'));
    }
  }
  return [...found, ...tagsTwice({ value, at })];
}

/** Two variants with one tag would take it from each other at every release. */
function tagsTwice({ value, at }: Pick<ReadLine, 'value' | 'at'>): DataProblem[] {
  const owners = new Map<string, string>();
  return Object.entries(value.variants).flatMap(([name, { tags }]) =>
    tags.flatMap((tag, index) => {
      const owner = owners.get(tag);
      owners.set(tag, owner ?? name);
      if (owner === undefined) return [];
      const fix = 'give each variant tags of its own';
      return [at(['variants', name, 'tags', index], `the variant ${owner} has the tag ${tag} already`, fix, 'VP102')];
    }),
  );
}
