import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variableName } from '../../entrypoint/text/names.ts';
import { type ModuleManifest, moduleManifest } from '../../modules/schema.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import { type At, type DataProblem, dataError, isWrong, readData } from './read-data.ts';
import { isWithin } from './version.ts';

/** Folders beside the modules that hold something else. */
const notModules = new Set(['releases']);

/**
 * Reads `<dir>/<name>/module.yaml` of every module, sorted by name. Throws one VP1xx that names every problem of every
 * manifest with file, line and column, and what to write instead.
 */
export function loadManifests(dir: string): ModuleManifest[] {
  const kind = { schema: moduleManifest, title: 'the manifest', code: 'VP101' } as const;
  const read: ReadManifest[] = [];
  const problems: DataProblem[] = [];
  for (const folder of foldersOf(dir)) {
    const file = join(dir, folder, 'module.yaml');
    const result = readData(kind, file, textOf(file));
    if ('problems' in result) problems.push(...result.problems);
    else read.push({ manifest: result.value, at: result.at, folder });
  }
  problems.push(...disagreements(read));
  if (isWrong(problems)) throw dataError(problems);
  return read.map(({ manifest }) => manifest);
}

function foldersOf(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !notModules.has(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    throw new PipelineError('VP106', 'cannot be read', {
      where: dir,
      fix: 'run the verb in a folder whose modules/ holds one folder a module',
      cause,
    });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const fix = 'every folder beside it is a module: write its module.yaml, or remove the folder';
    throw new PipelineError('VP106', 'cannot be read', { where: file, fix, cause });
  }
}

/** A manifest that fits the schema, with the folder that it stands in. */
interface ReadManifest {
  readonly folder: string;
  readonly manifest: ModuleManifest;
  readonly at: At;
}

/** Rules that a schema cannot say: within a manifest, and between the manifests. */
function disagreements(read: readonly ReadManifest[]): DataProblem[] {
  const names = new Set(read.map(({ folder }) => folder));
  const found = [
    ...read.flatMap(folderName),
    ...read.flatMap((one) => unknownPredecessors(one, names)),
    ...read.flatMap(optionProblems),
    ...read.flatMap(dependenciesTwice),
    ...twice(
      read,
      'file',
      ({ file }) => file,
      ['file'],
      'two modules cannot have one file name in one directory: rename one of them',
    ),
    ...twice(read, 'variable', variableOf, ['env'], 'give one of them an `env` of its own'),
  ];
  return found.map((problem) => ({ ...problem, code: 'VP102' }));
}

function variableOf({ env, file }: ModuleManifest): string {
  return `${env ?? variableName(file)}_MODULE_ARGS`;
}

function folderName({ folder, manifest, at }: ReadManifest): DataProblem[] {
  if (manifest.name === folder) return [];
  return [
    at(
      ['name'],
      `name differs from the folder ${folder}, got ${manifest.name}`,
      `write name: ${folder}, or rename the folder`,
    ),
  ];
}

function unknownPredecessors({ manifest, at }: ReadManifest, names: ReadonlySet<string>): DataProblem[] {
  return manifest.loadAfter.flatMap((name, index) =>
    names.has(name)
      ? []
      : [at(['loadAfter', index], `no module has the name ${name}`, `write one of ${[...names].join(', ')}`)],
  );
}

function optionProblems({ manifest, at }: ReadManifest): DataProblem[] {
  const { configPrefix, options } = manifest.loadArgs;
  return Object.entries(options).flatMap(([name, option]) => {
    const path = ['loadArgs', 'options', name];
    const found: DataProblem[] = [];
    const { min, max, config } = option;
    if (option.type === 'enum' && option.values === undefined) {
      found.push(at([...path, 'type'], `${name} is an enum without words`, 'add values: [...]'));
    }
    if (min !== undefined && max !== undefined && min > max) {
      found.push(at([...path, 'min'], `${name} has a min above its max, got ${min} and ${max}`, 'exchange them'));
    }
    if (config !== undefined && !config.startsWith(`${configPrefix}.`)) {
      const fix = configPrefix === undefined ? 'add configPrefix to loadArgs' : `write ${configPrefix}.${name}`;
      found.push(
        at(
          [...path, 'config'],
          `${name} has a directive that does not begin with the configPrefix, got ${config}`,
          fix,
        ),
      );
    }
    return found;
  });
}

/** A release asks for a repository in one way: where two entries overlap, the first release of one is in the other. */
function dependenciesTwice({ manifest, at }: ReadManifest): DataProblem[] {
  const dependencies = manifest.build?.dependencies ?? [];
  return dependencies.flatMap(({ name, since = '0.0' }, index) => {
    const first = /^\d+\.\d+$/.test(since) ? `${since}.0` : since;
    const others = dependencies.filter((other, at) => at !== index && other.name === name && isWithin(first, other));
    if (others.length === 0) return [];
    const fix = 'give the earlier one a `below`, and the later one the same release as `since`';
    return [at(['build', 'dependencies', index], `${name} is named twice for release ${first}`, fix)];
  });
}

function twice(
  read: readonly ReadManifest[],
  what: string,
  of: (manifest: ModuleManifest) => string,
  path: readonly string[],
  fix: string,
): DataProblem[] {
  const owners = new Map<string, string>();
  return read.flatMap(({ manifest, at }) => {
    const value = of(manifest);
    const owner = owners.get(value);
    if (owner === undefined) {
      owners.set(value, manifest.name);
      return [];
    }
    return [at(path, `the ${what} ${value} belongs to the module ${owner} already`, fix)];
  });
}
