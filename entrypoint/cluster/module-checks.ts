import { bytesOf } from '../bytes.ts';
import type { Manifest } from '../modules/manifest.ts';
import { isSecretDirective, redactWords } from '../secrets.ts';
import type { Check } from './checks.ts';

/** A node's modules: MODULE LIST, and the directives that modules registered. */
export interface NodeModules {
  readonly name: string;
  readonly modules: readonly ListedModule[];
  readonly settings: ReadonlyMap<string, string>;
}

export interface ListedModule {
  readonly name: string;
  readonly version: number;
  readonly args: readonly string[];
}

/** Modules, their versions, arguments and directives must be the same on every node. The first node is what the others are compared with. */
export function checkModules(nodes: readonly NodeModules[]): Check {
  const [first, ...others] = nodes;
  const problems = others.flatMap((node) => (first === undefined ? [] : differences(first, node)));
  const names = (first?.modules ?? []).map(({ name }) => name).sort();
  return { name: 'modules', summary: `${names.join(', ') || 'none'}: the same arguments everywhere`, problems };
}

function differences(first: NodeModules, node: NodeModules): string[] {
  const names = [...new Set([...first.modules, ...node.modules].map(({ name }) => name))].sort();
  const loads = names.flatMap((name) => {
    const here = node.modules.find((module) => module.name === name);
    const there = first.modules.find((module) => module.name === name);
    if (here === undefined) return [`${node.name} lacks ${name}, which ${first.name} has`];
    if (there === undefined) return [`${node.name} has ${name}, which ${first.name} lacks`];
    if (here.version !== there.version)
      return [`${node.name} has version ${here.version} of ${name}, ${first.name} ${there.version}`];
    if (here.args.join('\0') === there.args.join('\0')) return [];
    return [`${node.name} has ${name} with ${showArgs(here)}, ${first.name} with ${showArgs(there)}`];
  });
  const settings = [...new Set([...first.settings.keys(), ...node.settings.keys()])].sort().flatMap((name) => {
    const [here, there] = [node.settings.get(name), first.settings.get(name)];
    if (here === there) return [];
    const show = (value: string | undefined): string =>
      isSecretDirective(name) ? '(redacted)' : (value ?? '(not known)');
    return [`${node.name} has ${name} ${show(here)}, ${first.name} ${show(there)}`];
  });
  return [...loads, ...settings];
}

function showArgs({ args }: ListedModule): string {
  return args.length === 0 ? 'no arguments' : `"${redactWords(args.map(bytesOf)).join(' ')}"`;
}

/** A port that a module opens on every interface of a node. */
export interface ModulePort {
  readonly node: string;
  readonly module: string;
  readonly name: string;
  readonly offset: number;
}

/** The ports that the nodes' modules open, as their manifests and their arguments say. */
export function modulePorts(nodes: readonly NodeModules[], manifests: readonly Manifest[]): readonly ModulePort[] {
  return nodes.flatMap((node) =>
    node.modules.flatMap(({ name, args }) =>
      (manifests.find(({ loadName }) => loadName === name)?.ports ?? [])
        .filter((port) => port.option === undefined || args.includes(`--${port.option}`))
        .map((port) => ({ node: node.name, module: name, name: port.name, offset: port.offset })),
    ),
  );
}

/** MODULE LIST in JSON, in RESP2's flat form. */
export function readModules(reply: unknown): readonly ListedModule[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((entry: unknown): ListedModule[] => {
    const fields = pairsOf(entry);
    const [name, version, args] = [fields.get('name'), fields.get('ver'), fields.get('args')];
    if (typeof name !== 'string') return [];
    return [{ name, version: Number(version ?? 0), args: Array.isArray(args) ? args.map(String) : [] }];
  });
}

/** A flat list of names and values, as RESP2 gives it. */
export function pairsOf(reply: unknown): ReadonlyMap<string, unknown> {
  if (!Array.isArray(reply)) return new Map();
  return new Map(reply.flatMap((name: unknown, index) => (index % 2 === 0 ? [[String(name), reply[index + 1]]] : [])));
}
