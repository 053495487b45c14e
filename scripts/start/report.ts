import type Docker from 'dockerode';
import pc from 'picocolors';
import { bytesOf } from '../../entrypoint/text/bytes.ts';
import { redactLine } from '../../entrypoint/text/secrets.ts';
import { table } from '../../entrypoint/text/table.ts';
import { askServer, type PlanReport, readBundle, readPlan } from './ask.ts';
import { CONTAINER_NAME, VOLUME_NAME } from './container.ts';
import { type ModuleRow, moduleRows } from './module-rows.ts';
import type { EnvironmentVariable } from './options.ts';
import type { Progress } from './progress.ts';

export type Running = Readonly<{
  container: Docker.Container;
  port: number;
  image: string;
  alreadyRunning: boolean;
  environment: readonly EnvironmentVariable[];
  confPath: string | null;
  dataKept: boolean;
}>;

/** Asks the server and the tool in its image, and prints what runs on standard output, warnings on standard error. */
export async function reportRunning(running: Running, progress: Progress, stdout: NodeJS.WriteStream): Promise<void> {
  const password = running.environment.find(({ name }) => name === 'VALKEY_PASSWORD')?.value ?? null;
  const [answer, plan, bundle] = await Promise.all([
    askServer(running.port, password),
    readPlan(running.container),
    readBundle(running.container),
  ]);
  const facts = answer.kind === 'facts' ? answer.facts : null;
  const { rows, warnings } = moduleRows({
    server: facts?.modules ?? null,
    plan: plan.value,
    bundle: bundle.value,
  });
  if (answer.kind === 'refused') {
    progress.warn(
      `the server did not list its modules (${answer.message}): this is the plan it was started with. Give its password as -e VALKEY_PASSWORD=...`,
    );
  }
  for (const warning of [plan.problem, bundle.problem, ...warnings, ...planWarnings(plan.value)]) {
    if (warning !== null) progress.warn(warning);
  }
  const colors = pc.createColors(stdout.isTTY === true && pc.isColorSupported);
  stdout.write(
    renderSummary(
      {
        ...running,
        valkeyVersion: facts?.valkeyVersion ?? bundle.value?.valkey ?? null,
        modules: rows,
        asksPassword: answer.kind === 'refused' || password !== null,
      },
      colors,
    ),
  );
}

/** The entrypoint's own warnings: without --detach the log repeats them, and with it nothing else would. */
function planWarnings(plan: PlanReport | null): string[] {
  return (plan?.diagnostics ?? [])
    .filter(({ severity }) => severity === 'warning' || severity === 'error')
    .map(
      ({ code, message, hint, at }) =>
        `${[code, ...(at ? [at] : [])].join(' ')}: ${message}${hint ? `\n  ${hint}` : ''}`,
    );
}

type Colors = ReturnType<typeof pc.createColors>;

export type Summary = Readonly<{
  alreadyRunning: boolean;
  port: number;
  image: string;
  /** null: the server did not say. */
  valkeyVersion: string | null;
  environment: readonly EnvironmentVariable[];
  confPath: string | null;
  modules: readonly ModuleRow[];
  /** The volume was there before this start. */
  dataKept: boolean;
  /** valkey-cli has to ask for the password. */
  asksPassword: boolean;
}>;

/** The text of `npm start` on standard output once the server answers. */
export function renderSummary(summary: Summary, colors: Colors): string {
  const { alreadyRunning, port, image, valkeyVersion, environment, confPath, modules } = summary;
  const server = valkeyVersion === null ? 'Valkey' : `Valkey ${valkeyVersion}`;
  const lines = [
    `${colors.bold(`${server} ${alreadyRunning ? 'is already running' : 'runs'} on 127.0.0.1:${port}`)} (container ${CONTAINER_NAME}, image ${image})`,
    ...(confPath === null ? [] : [`configuration  ${confPath}`]),
    ...(environment.length === 0 ? [] : [`environment    ${environment.map(showVariable).join('  ')}`]),
    '',
    ...renderModules(modules, colors),
    '',
    `connect  docker exec -it ${CONTAINER_NAME} valkey-cli${summary.asksPassword ? ' --askpass' : ''}`,
    `logs     docker logs -f ${CONTAINER_NAME}`,
    'stop     npm stop',
    `data     volume ${VOLUME_NAME}${summary.dataKept && !alreadyRunning ? ', kept from an earlier start' : ''}: it outlives npm stop; npm stop -- --data removes it`,
  ];
  return `${lines.join('\n')}\n`;
}

/** One line on standard output, where the line local runs: how to get another. `options`: what else was asked for. */
export function renderOthers(lines: readonly string[], options = ''): string {
  const [first, ...rest] = lines;
  if (first === undefined) return '';
  const also = rest.length === 0 ? '' : ` (or ${rest.join(', ')})`;
  return `others   search, json, bloom and ldap: npm start -- ${options}--line ${first}${also}\n`;
}

/** The nodes of compose. */
export interface Nodes {
  readonly project: string;
  readonly port: number;
  /** The name of the container of the first node. */
  readonly container: string;
}

/** The text of `npm start -- --compose` on standard output once the nodes have joined. */
export function renderNodes({ project, port, container }: Nodes, image: string): string {
  const lines = [
    `Three nodes run as a cluster (compose project ${project}, image ${image}); one of them on 127.0.0.1:${port}`,
    '',
    `check    docker exec ${container} valkey-bundle cluster check --timeout 60`,
    `connect  docker exec -it ${container} valkey-cli -c`,
    `logs     docker logs -f ${container}`,
    'stop     npm stop',
    'data     a volume each: they outlive npm stop; npm stop -- --data removes them',
  ];
  return `${lines.join('\n')}\n`;
}

/** A table with one line an argument; a module's name and version stand on its first line only. */
function renderModules(modules: readonly ModuleRow[], colors: Colors): string[] {
  if (modules.length === 0) return ['no modules'];
  const cells = modules.flatMap(({ name, version, arguments: args, presence }) => {
    if (presence.kind === 'built-in') return [[name, version, '(part of the server)', '']];
    if (presence.kind === 'absent') return [[name, version, '(not loaded)', presence.reason]];
    if (args.length === 0) return [[name, version, '(no arguments)', '']];
    return args.map(({ text, source }, index) => [
      index === 0 ? name : '',
      index === 0 ? version : '',
      text,
      source ?? '(unknown)',
    ]);
  });
  const [heading, ...rows] = table([['MODULE', 'VERSION', 'ARGUMENT', 'FROM'], ...cells]);
  return [colors.dim(heading ?? ''), ...rows];
}

/** `NAME=value` for people: what is or may hold a secret is shown as `NAME=(set)`. */
export function showVariable({ name, value }: EnvironmentVariable): string {
  return `${name}=${value !== '' && (hidesSecret(name) || hidesSecret(value)) ? '(set)' : value}`;
}

/** As the entrypoint judges a line, and by its looks: an ACL rule alone, a path of secrets, a private key. */
function hidesSecret(text: string): boolean {
  return redactLine(bytesOf(text)) !== null || /private|secret|(^|[\s'"])[>#<!]\S/i.test(text);
}
