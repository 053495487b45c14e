import type { Answer, Command, Reply } from '../host/host.ts';
import type { Manifest } from '../modules/manifest.ts';
import { bytesOf } from '../text/bytes.ts';
import { isSecretDirective, redactWords } from '../text/secrets.ts';
import {
  countSlots,
  isFailing,
  isPrimary,
  type NodeRow,
  ownedTwice,
  ownership,
  SLOTS,
  showSlots,
  uncovered,
} from './nodes.ts';
import { claimsOf, command, isList, nameOf, pairsIn, problemIn, textIn, type View } from './view.ts';

/** One line of `cluster check`: the subject, the result, and every node that is not as it should be. */
export interface Check {
  readonly name: string;
  readonly summary: string;
  readonly problems: readonly string[];
}

/** The checks of the nodes' own answers: state, slots, replicas, links, epochs. */
export function checkViews(views: readonly View[]): readonly Check[] {
  return [checkState(views), checkSlots(views), checkReplicas(views), checkLinks(views), checkEpochs(views)];
}

function checkState(views: readonly View[]): Check {
  const problems = views.filter(({ state }) => state !== 'ok').map(({ name, state }) => `${name} says ${state}`);
  return { name: 'state', summary: 'every node says ok', problems };
}

function checkSlots(views: readonly View[]): Check {
  const rows = claimsOf(views);
  const problems: string[] = [];
  const missing = uncovered(rows);
  if (missing.length > 0) problems.push(`nobody owns ${showSlots(missing)} (${countSlots(missing)} slots)`);
  const twice = ownedTwice(rows);
  if (twice.length > 0) problems.push(`two nodes own ${showSlots(twice)}`);
  const [first, ...others] = views;
  for (const view of others)
    if (first !== undefined && ownership(view.rows) !== ownership(first.rows))
      problems.push(`${view.name} sees other owners than ${first.name}`);
  for (const { name, self } of views)
    for (const { slot, direction, node } of self.open)
      problems.push(`${name}: slot ${slot} is on its way ${direction} ${nameOf(node, views)}`);
  const owners = rows.filter(({ slots }) => slots.length > 0).length;
  return { name: 'slots', summary: `all ${SLOTS} owned by ${owners} primaries, none on its way`, problems };
}

/** A replica that is behind could not take over, or would with less than was written. */
function checkReplicas(views: readonly View[]): Check {
  const replicas = views.filter(({ self }) => !isPrimary(self));
  const problems = replicas
    .filter(({ isBehind }) => isBehind)
    .map(({ name, self }) => `${name} has not got the data of ${nameOf(self.primary ?? '', views)}`);
  const summary = replicas.length === 0 ? 'there are none' : `${replicas.length}, each with the data of its primary`;
  return { name: 'replicas', summary, problems };
}

function checkLinks(views: readonly View[]): Check {
  const ids = [...new Set(views.flatMap(({ rows }) => rows.map(({ id }) => id)))];
  const problems = views.flatMap((view) => [
    ...ids
      .filter((id) => !view.rows.some((row) => row.id === id))
      .map((id) => `${view.name} does not know ${nameOf(id, views)}`),
    ...view.rows
      .filter((row) => isFailing(row) || !view.heard.has(row.id))
      .map((row) => {
        const what = isFailing(row) ? row.flags.join(', ') : 'no answer on its link';
        return `${view.name} does not reach ${nameOf(row.id, views)} (${what})`;
      }),
  ]);
  return { name: 'links', summary: `each of ${ids.length} nodes reaches every other one`, problems };
}

function checkEpochs(views: readonly View[]): Check {
  const [first, ...others] = views;
  const problems = others
    .filter(({ epoch }) => epoch !== first?.epoch)
    .map(({ name, epoch }) => `${name} is at epoch ${epoch}, ${first?.name} at ${first?.epoch}`);
  for (const view of others)
    for (const row of view.rows) {
      const seen = first?.rows.find(({ id }) => id === row.id);
      if (seen !== undefined && seen.epoch !== row.epoch)
        problems.push(
          `${nameOf(row.id, views)} has epoch ${row.epoch} for ${view.name}, ${seen.epoch} for ${first?.name}`,
        );
    }
  for (const [one, other] of twins(first?.rows ?? []))
    problems.push(`${nameOf(one.id, views)} and ${nameOf(other.id, views)} have the same epoch ${one.epoch}`);
  return { name: 'epochs', summary: `every node is at epoch ${first?.epoch}`, problems };
}

/** Primaries with slots must have epochs of their own: the epoch decides who owns a slot. */
function twins(rows: readonly NodeRow[]): [NodeRow, NodeRow][] {
  const owners = rows.filter((row) => isPrimary(row) && row.slots.length > 0);
  return owners.flatMap((row, index) =>
    owners.slice(index + 1).flatMap((other): [NodeRow, NodeRow][] => (other.epoch === row.epoch ? [[row, other]] : [])),
  );
}

/** A node's modules: MODULE LIST, and the directives that modules registered. */
export interface NodeModules {
  readonly name: string;
  /** Null if the node does not say: `problems` has the reason. */
  readonly modules: readonly ListedModule[] | null;
  readonly settings: ReadonlyMap<string, string> | null;
  /** Questions that failed, and points on which the node's two answers disagree. */
  readonly problems: readonly string[];
}

export interface ListedModule {
  readonly name: string;
  readonly version: number;
  /** The file; empty for a part of the server. */
  readonly path: string;
  readonly args: readonly string[];
}

/** The commands that ask a node for its modules. */
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

/** Modules that one of the two answers has and the other lacks. */
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

/**
 * Modules, their versions, arguments and directives must be the same on every node. The first node is what the others
 * are compared with.
 */
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
interface ModulePort {
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

/**
 * MODULE LIST in RESP2's flat form (module.c, addReplyLoadedModules); null if it, or one entry of it, is something
 * else.
 */
export function readModules(reply: Reply | undefined): readonly ListedModule[] | null {
  if (!isList(reply)) return null;
  const modules = reply.map((entry): ListedModule | null => {
    const fields = pairsIn(entry);
    const [name, version, args] = [textIn(fields?.get('name')), fields?.get('ver'), fields?.get('args') ?? []];
    const words = isList(args) ? args.map(textIn) : [null];
    if (name === null || typeof version !== 'number' || words.includes(null)) return null;
    return { name, version, path: textIn(fields?.get('path')) ?? '', args: words.filter((word) => word !== null) };
  });
  return modules.includes(null) ? null : modules.filter((module) => module !== null);
}

function readSettings(reply: Reply | undefined): ReadonlyMap<string, string> | null {
  const pairs = pairsIn(reply);
  return pairs === null ? null : new Map([...pairs].map(([name, value]) => [name, textIn(value) ?? '']));
}
