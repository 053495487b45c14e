import { variableName } from '../../entrypoint/text/names.ts';
import type { ModuleManifest } from '../../modules/schema.ts';
import type { DataProblem } from '../lines/data-problem.ts';
import type { At } from '../lines/read-data.ts';

/** A manifest that fits the schema, with the folder that it stands in. */
export interface ReadManifest {
  readonly folder: string;
  readonly manifest: ModuleManifest;
  readonly at: At;
}

/** What the schema cannot say: rules within a manifest, and between the manifests. */
export function disagreements(read: readonly ReadManifest[]): DataProblem[] {
  const names = new Set(read.map(({ folder }) => folder));
  const found = [
    ...read.flatMap(folderName),
    ...read.flatMap((one) => unknownPredecessors(one, names)),
    ...read.flatMap(options),
    ...twice(
      read,
      'file',
      ({ file }) => file,
      ['file'],
      'two modules cannot have one file name in one directory: name one of them otherwise',
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

function options({ manifest, at }: ReadManifest): DataProblem[] {
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
