import { basename } from 'node:path/posix';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { redactWords } from '../../entrypoint/text/secrets.ts';
import type { BundleFile } from '../../modules/schema.ts';
import type { ServerModule } from '../lib/module-list.ts';
import type { PlanArgument, PlanModule, PlanReport } from './ask.ts';

export type ModuleRow = Readonly<{
  name: string;
  version: string;
  arguments: readonly ArgumentRow[];
  presence: Readonly<{ kind: 'loaded' } | { kind: 'built-in' } | { kind: 'absent'; reason: string }>;
}>;
type ModuleRows = Readonly<{ rows: readonly ModuleRow[]; warnings: readonly string[] }>;

type Known = Readonly<{ server: readonly ServerModule[] | null; plan: PlanReport | null; bundle: BundleFile | null }>;

/**
 * One row a module. The server's own list is the truth of what runs with which arguments; the plan tells where they
 * came from, and whatever the two see differently becomes a warning. Without the server's list the plan stands in for
 * it.
 */
export function moduleRows({ server, plan, bundle }: Known): ModuleRows {
  const planned = plan === null ? [] : plannedRows(plan, bundle);
  if (server === null) return { rows: planned, warnings: [] };
  const running = inOrder(server, plan).map((module) => runningRow(module, plan, bundle));
  const absent = planned.filter(({ presence }) => presence.kind === 'absent');
  return { rows: [...running, ...absent], warnings: plan === null ? [] : disagreements(server, plan) };
}

function runningRow(running: ServerModule, plan: PlanReport | null, bundle: BundleFile | null): ModuleRow {
  const planned = plan?.modules.find(({ file }) => isFile(running, file)) ?? null;
  return {
    name: planned === null || planned.name === running.name ? running.name : `${planned.name} (${running.name})`,
    version: bundleVersion(bundle, running, planned) ?? (running.path === null ? '' : `ver ${running.version}`),
    arguments: argumentRows(running.args, planned?.args ?? []),
    presence: running.path === null ? { kind: 'built-in' } : { kind: 'loaded' },
  };
}

function plannedRows(plan: PlanReport, bundle: BundleFile | null): ModuleRow[] {
  return plan.modules.map(({ name, file, args, decision, reason }) => ({
    name,
    version: bundle?.modules[name]?.version ?? '',
    arguments: args,
    presence: plan.loads.some(({ path }) => basename(path) === basename(file))
      ? { kind: 'loaded' }
      : { kind: 'absent', reason: `${decision}: ${reason}` },
  }));
}

/** The server lists its modules in no order that lasts: here they stand as they were loaded, the built-in ones last. */
function inOrder(server: readonly ServerModule[], plan: PlanReport | null): ServerModule[] {
  const rank = (module: ServerModule) => {
    if (module.path === null) return Number.POSITIVE_INFINITY;
    const position = plan?.loads.findIndex(({ path }) => isFile(module, path)) ?? -1;
    return position === -1 ? Number.MAX_SAFE_INTEGER : position;
  };
  return server.toSorted((left, right) => {
    const [first, second] = [rank(left), rank(right)];
    return first === second ? left.name.localeCompare(right.name) : first < second ? -1 : 1;
  });
}

function disagreements(server: readonly ServerModule[], plan: PlanReport): string[] {
  const warnings: string[] = [];
  for (const running of server) {
    if (running.path === null) continue;
    const load = plan.loads.find(({ path }) => isFile(running, path));
    if (load === undefined) warnings.push(`the server has loaded ${running.path}, which is not in the plan`);
    else if (!sameWords(load.args, running.args)) {
      const [has, planned] = [showArguments(running.args), showArguments(load.args)];
      warnings.push(`${running.name}: the server has the arguments "${has}", the plan says "${planned}"`);
    }
  }
  for (const { path } of plan.loads) {
    if (server.some((running) => isFile(running, path))) continue;
    warnings.push(`the plan loads ${path}, and the server has not loaded it`);
  }
  return warnings;
}

function sameWords(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((word, index) => word === right[index]);
}

/** By file name: the server may have been given a link, or a path of the user's own, to the same module. */
function isFile(running: ServerModule, path: string): boolean {
  return running.path !== null && basename(running.path) === basename(path);
}

/** bundle.json goes by the project's names; without a plan the file's name and the server's are the next best. */
function bundleVersion(bundle: BundleFile | null, running: ServerModule, planned: PlanModule | null): string | null {
  const stem = basename(running.path ?? '', '.so')
    .replace(/^lib/, '')
    .replace(/^valkey[-_]/, '');
  for (const name of [planned?.name, running.name, stem]) {
    const entry = name === undefined ? undefined : bundle?.modules[name];
    if (entry !== undefined) return entry.version;
  }
  return null;
}

/** `source` is null where nobody knows where an argument came from. */
type ArgumentRow = Readonly<{ text: string; source: string | null }>;

/** The server's words in their order, each under the source of the planned argument that it belongs to. */
function argumentRows(running: readonly string[], planned: readonly PlanArgument[]): ArgumentRow[] {
  const rows: ArgumentRow[] = [];
  // What was set by a directive instead of a load argument is in no list of the server's; it stands after the others.
  const elsewhere: ArgumentRow[] = [];
  let at = 0;
  for (const { text, source } of planned) {
    const found = findText(running, text, at);
    if (found === null) {
      elsewhere.push({ text, source });
      continue;
    }
    if (found.start > at) rows.push({ text: showArguments(running.slice(at, found.start)), source: null });
    rows.push({ text: showArguments(running.slice(found.start, found.end)), source });
    at = found.end;
  }
  if (at < running.length) rows.push({ text: showArguments(running.slice(at)), source: null });
  return [...rows, ...elsewhere];
}

/** The words that together are the text; quotes do not count, because the plan quotes and the server does not. */
function findText(words: readonly string[], text: string, from: number): { start: number; end: number } | null {
  const wanted = withoutQuotes(text);
  for (let start = from; start < words.length; start++) {
    for (let end = start + 1; end <= words.length; end++) {
      const candidate = withoutQuotes(words.slice(start, end).join(' '));
      if (candidate === wanted) return { start, end };
      if (candidate.length >= wanted.length) break;
    }
  }
  return null;
}

function withoutQuotes(text: string): string {
  return text.replace(/["']/g, '');
}

/** Load arguments for people, without their secrets. */
export function showArguments(args: readonly string[]): string {
  return redactWords(args.map(bytesOf))
    .map((arg, index) => (/private/i.test(args[index - 1] ?? '') ? '(redacted)' : arg))
    .map((arg) => (arg === '' || /\s/.test(arg) ? JSON.stringify(arg) : arg))
    .join(' ');
}
