import {
  type Check,
  checkModules,
  checkViews,
  moduleCommands,
  modulePorts,
  type NodeModules,
  readNodeModules,
} from '../../cluster/checks.ts';
import { countSlots, endpoint, isPrimary, showSlots } from '../../cluster/nodes.ts';
import type { View } from '../../cluster/view.ts';
import { type Diagnostic, diagnose, Refusal, styleFor } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../host/host.ts';
import type { Manifest } from '../../modules/manifest.ts';
import { printable } from '../../text/bytes.ts';
import { table } from '../../text/table.ts';
import { CONNECTION_OPTIONS, type Given, readOptions, type ToolContext } from '../options.ts';
import { ask, type Cluster } from './connection.ts';
import { findClosedBuses, type Members, membersFrom, startOf, timeoutOf } from './members.ts';

const BETWEEN_MS = 500;
const PORT_MS = 2000;

/** The data that `--json` prints, version 1. Fields may be added. */
interface Report {
  readonly version: 1;
  readonly ok: boolean;
  readonly nodes: readonly {
    readonly name: string;
    readonly address: string;
    readonly id: string;
    readonly role: 'primary' | 'replica';
    readonly slots: number;
    readonly ranges: string;
    readonly keys: number;
    readonly epoch: number;
    readonly version: string;
  }[];
  readonly checks: readonly (Check & { readonly ok: boolean })[];
}

/**
 * `valkey-bundle cluster check`: exit code 0 if everything is as it should be, 1 if not. What is not yet so is asked
 * again for a while.
 */
export async function check(context: ToolContext, waiting: Waiting): Promise<number> {
  const kinds = { nodes: 'value', json: 'flag', timeout: 'value', ...CONNECTION_OPTIONS } as const;
  const options = readOptions(context.args, kinds, 'cluster check', 3);
  const { host, env, tell } = context;
  const { report, causes } = await lookUntilWell(context, waiting, options);
  if (options.has('json')) host.print('stdout', `${JSON.stringify(report, null, 2)}\n`);
  else host.print('stdout', showReport(report, styleFor(host.isTerminal.stdout, env['NO_COLOR'])));
  if (report.ok) return 0;
  for (const cause of causes) tell(cause);
  const failed = report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
  tell(diagnose('VB720', `failed: ${failed.join(', ')}`));
  return 1;
}

/** Looks at the cluster, and again for as long as `--timeout` says while something is not as it should be. */
export async function lookUntilWell(
  context: ToolContext,
  waiting: Waiting,
  options: ReadonlyMap<string, Given>,
): Promise<Looked> {
  const start = startOf(context, options);
  const cluster: Cluster = { waiting, connection: start.connection, say: () => {} };
  const patience = timeoutOf(options, 5);
  const look = async (end: number): Promise<Looked> => {
    for (;;) {
      try {
        return await lookAt(cluster, start.find, context.build.manifests);
      } catch (error) {
        if (!mayPass(error) || waiting.now() >= end) throw error;
      }
      await again(waiting);
    }
  };
  let looked = await look(waiting.now() + patience);
  // From the first answer on: a round may take longer than that on a busy machine, and be asked too early all the same.
  const end = waiting.now() + patience;
  while (!looked.report.ok && waiting.now() < end) {
    await again(waiting);
    looked = await look(end);
  }
  return looked;
}

/** A node to begin with that has no address yet, or does not answer yet. */
function mayPass(error: unknown): boolean {
  return error instanceof Refusal && ['VB703', 'VB704'].includes(error.diagnostic.code);
}

async function again(waiting: Waiting): Promise<void> {
  await waiting.pause(BETWEEN_MS);
  waiting.stopped.throwIfAborted();
}

/** `causes`: obstacles between nodes, each with a page of its own. */
interface Looked {
  readonly report: Report;
  readonly causes: readonly Diagnostic[];
}

async function lookAt(
  cluster: Cluster,
  find: (cluster: Cluster) => Promise<readonly View[]>,
  manifests: readonly Manifest[],
): Promise<Looked> {
  const members = await membersFrom(cluster, await find(cluster));
  const { views, clones } = members;
  const modules = await Promise.all(
    views.map(async (view) =>
      readNodeModules(view.name, await ask(cluster, view, moduleCommands(manifests)), manifests),
    ),
  );
  const told = checkViews(views);
  const isApart = told.some(({ name, problems }) => name === 'links' && problems.length > 0);
  const closed = isApart ? await findClosedBuses(cluster, views) : [];
  const checks = [
    checkAnswers(members),
    { name: 'ids', summary: 'no two servers have one', problems: clones },
    ...told.map((one) => (one.name === 'links' ? { ...one, problems: [...closed, ...one.problems] } : one)),
    checkModules(modules),
    await checkPorts(cluster, views, modules, manifests),
  ].map((one) => ({ ...one, ok: one.problems.length === 0 }));
  return {
    report: { version: 1, ok: checks.every(({ ok }) => ok), nodes: views.map(describeNode), checks },
    causes: [...clones.map((clone) => diagnose('VB719', clone)), ...closed.map((port) => diagnose('VB721', port))],
  };
}

function checkAnswers({ views, silent }: Members): Check {
  const problems = silent.map(({ name, trouble }) => `${name}: ${trouble.why}`);
  return { name: 'answers', summary: `all ${views.length + silent.length} nodes answer`, problems };
}

/** Asked from here. The reach of a node itself shows only when this command runs in its container. */
async function checkPorts(
  { waiting }: Cluster,
  views: readonly View[],
  modules: readonly NodeModules[],
  manifests: readonly Manifest[],
): Promise<Check> {
  const ports = modulePorts(modules, manifests);
  const problems = await Promise.all(
    ports.map(async ({ node, module, name, offset }) => {
      const view = views.find((one) => one.name === node);
      if (view === undefined) return [];
      const why = await waiting.reach(view.ip, view.port + offset, PORT_MS);
      return why === null
        ? []
        : [`${node}: the ${name} port of ${module}, ${endpoint(view.ip, view.port + offset)}: ${why}`];
    }),
  );
  const notAsked = modules.flatMap((node) =>
    node.modules === null ? [`${node.name}: which ports its modules open is not known`] : [],
  );
  const names = [...new Set(ports.map(({ name }) => name))].join(', ');
  const summary =
    ports.length === 0 ? 'no module opens one' : `${names} of ${ports.length} nodes can be reached from here`;
  return { name: 'ports', summary, problems: [...notAsked, ...problems.flat()] };
}

function describeNode({ name, ip, port, self, keys, version }: View): Report['nodes'][number] {
  return {
    name,
    address: endpoint(ip, port),
    id: self.id,
    role: isPrimary(self) ? 'primary' : 'replica',
    slots: countSlots(self.slots),
    ranges: showSlots(self.slots),
    keys,
    epoch: self.epoch,
    version,
  };
}

function showReport({ nodes, checks }: Report, style: ReturnType<typeof styleFor>): string {
  const header = ['node', 'address', 'role', 'slots', 'keys', 'epoch', 'Valkey'];
  const rows = nodes.map((node) =>
    [node.name, node.address, node.role, node.slots, node.keys, node.epoch, node.version].map((cell) =>
      printable(String(cell)),
    ),
  );
  const [first = '', ...others] = table([header, ...rows]);
  const lines = checks.flatMap(({ name, ok, summary, problems }) => [
    `${ok ? style.green('ok  ') : style.red('FAIL')} ${name.padEnd(8)} ${ok ? summary : ''}`.trimEnd(),
    ...problems.map((problem) => `       ${printable(problem)}`),
  ]);
  return `${[style.bold(first), ...others, '', ...lines].join('\n')}\n`;
}
