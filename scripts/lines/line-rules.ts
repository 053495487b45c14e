import { nearest } from '../../entrypoint/text/names.ts';
import type { ModuleManifest } from '../../modules/schema.ts';
import type { DataProblem } from './data-problem.ts';
import type { At } from './read-data.ts';
import type { ReleaseLine } from './release-line.ts';

/** A release line that fits the schema, with the name of its file. */
export interface ReadLine {
  readonly name: string;
  readonly value: ReleaseLine;
  readonly at: At;
}

/** What the schema cannot say: rules within a line, and between a line and the manifests of its modules. */
export function lineProblems(line: ReadLine, manifests: readonly ModuleManifest[]): DataProblem[] {
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
    const near = nearest(module, names);
    const fix = `${near === null ? '' : `did you mean ${near}? `}write one of ${names.join(', ')}`;
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
