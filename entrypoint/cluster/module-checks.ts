import { bytesOf } from '../bytes.ts';
import type { Answer, Command, Reply } from '../host.ts';
import type { Manifest } from '../modules/manifest.ts';
import { isSecretDirective, redactWords } from '../secrets.ts';
import type { Check } from './checks.ts';
import { command, isList, pairsIn, problemIn, textIn } from './replies.ts';

/** A node's modules: MODULE LIST, and the directives that modules registered. */
export interface NodeModules {
  readonly name: string;
  /** Null where the node does not say: `problems` has the reason. */
  readonly modules: readonly ListedModule[] | null;
  readonly settings: ReadonlyMap<string, string> | null;
  /** What could not be asked, and what the node's two answers do not agree about. */
  readonly problems: readonly string[];
}

interface ListedModule {
  readonly name: string;
  readonly version: number;
  readonly args: readonly string[];
}

/** What to ask a node for its modules. */
export function moduleCommands(manifests: readonly Manifest[]): readonly Command[] {
  const patterns = prefixesOf(manifests).map(({ prefix }) => `${prefix}.*`);
  return [command('MODULE', 'LIST'), command('CONFIG', 'GET', ...patterns)];
}

/** A node's modules behind the answer to `moduleCommands`. */
export function readNodeModules(name: string, answer: Answer, manifests: readonly Manifest[]): NodeModules {
  if (answer.kind === 'failed') return { name, modules: null, settings: null, problems: [`${name}: ${answer.why}`] };
  const [list, config] = answer.replies;
  const modules = readModules(list);
  const settings = readSettings(config);
  const problems = [
    ...(modules === null ? [`${name}: MODULE LIST: ${problemIn(list)}`] : []),
    ...(settings === null ? [`${name}: CONFIG GET: ${problemIn(config)}`] : []),
    ...(modules === null || settings === null ? [] : disagreements(name, modules, settings, manifests)),
  ];
  return { name, modules, settings, problems };
}

/** A module that one of the two knows and the other does not. */
function disagreements(
  node: string,
  modules: readonly ListedModule[],
  settings: ReadonlyMap<string, string>,
  manifests: readonly Manifest[],
): string[] {
  return prefixesOf(manifests).flatMap(({ name, prefix }) => {
    const isListed = modules.some((module) => module.name === name);
    const isSet = [...settings.keys()].some((directive) => directive.startsWith(`${prefix}.`));
    if (isListed === isSet) return [];
    return isListed
      ? [`${node}: MODULE LIST has ${name}, and CONFIG GET ${prefix}.* has nothing of it`]
      : [`${node}: CONFIG GET ${prefix}.* has directives, and MODULE LIST has no ${name}`];
  });
}

function prefixesOf(manifests: readonly Manifest[]): { readonly name: string; readonly prefix: string }[] {
  return manifests.flatMap(({ loadName, loadArgs }) =>
    loadArgs.configPrefix === undefined ? [] : [{ name: loadName, prefix: loadArgs.configPrefix }],
  );
}

/** Modules, their versions, arguments and directives must be the same on every node. The first node is what the others are compared with. */
export function checkModules(nodes: readonly NodeModules[]): Check {
  const [first, ...others] = nodes;
  const problems = [
    ...nodes.flatMap((node) => node.problems),
    ...others.flatMap((node) => (first === undefined ? [] : differences(first, node))),
  ];
  const names = (first?.modules ?? []).map(({ name }) => name).sort();
  return { name: 'modules', summary: `${names.join(', ') || 'none'}: the same arguments everywhere`, problems };
}

function differences(first: NodeModules, node: NodeModules): string[] {
  return [...differentLoads(first, node), ...differentSettings(first, node)];
}

function differentLoads(first: NodeModules, node: NodeModules): string[] {
  const [theirs, ours] = [node.modules, first.modules];
  if (theirs === null || ours === null) return [];
  const names = [...new Set([...ours, ...theirs].map(({ name }) => name))].sort();
  return names.flatMap((name) => {
    const here = theirs.find((module) => module.name === name);
    const there = ours.find((module) => module.name === name);
    if (here === undefined) return [`${node.name} lacks ${name}, which ${first.name} has`];
    if (there === undefined) return [`${node.name} has ${name}, which ${first.name} lacks`];
    if (here.version !== there.version)
      return [`${node.name} has version ${here.version} of ${name}, ${first.name} ${there.version}`];
    if (here.args.join('\0') === there.args.join('\0')) return [];
    return [`${node.name} has ${name} with ${showArgs(here)}, ${first.name} with ${showArgs(there)}`];
  });
}

function differentSettings(first: NodeModules, node: NodeModules): string[] {
  const [theirs, ours] = [node.settings, first.settings];
  if (theirs === null || ours === null) return [];
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((name) => {
    const [here, there] = [theirs.get(name), ours.get(name)];
    if (here === there) return [];
    const show = (value: string | undefined): string =>
      isSecretDirective(name) ? '(redacted)' : (value ?? '(not known)');
    return [`${node.name} has ${name} ${show(here)}, ${first.name} ${show(there)}`];
  });
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
    (node.modules ?? []).flatMap(({ name, args }) =>
      (manifests.find(({ loadName }) => loadName === name)?.ports ?? [])
        .filter((port) => port.option === undefined || args.includes(`--${port.option}`))
        .map((port) => ({ node: node.name, module: name, name: port.name, offset: port.offset })),
    ),
  );
}

/** MODULE LIST in RESP2's flat form (module.c, addReplyLoadedModules); null where it, or one entry of it, is something else. */
function readModules(reply: Reply | undefined): readonly ListedModule[] | null {
  if (!isList(reply)) return null;
  const modules = reply.map((entry): ListedModule | null => {
    const fields = pairsIn(entry);
    const [name, version, args] = [textIn(fields?.get('name')), fields?.get('ver'), fields?.get('args') ?? []];
    const words = isList(args) ? args.map(textIn) : [null];
    if (name === null || typeof version !== 'number' || words.includes(null)) return null;
    return { name, version, args: words.filter((word) => word !== null) };
  });
  return modules.includes(null) ? null : modules.filter((module) => module !== null);
}

function readSettings(reply: Reply | undefined): ReadonlyMap<string, string> | null {
  const pairs = pairsIn(reply);
  return pairs === null ? null : new Map([...pairs].map(([name, value]) => [name, textIn(value) ?? '']));
}
