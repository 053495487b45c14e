import { readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { directivesOf } from '../../../entrypoint/conf/include.ts';
import { textOf } from '../../../entrypoint/text/bytes.ts';
import type { PlanJson } from '../../../entrypoint/tool/plan.ts';
import { moduleFile } from '../elf.ts';
import type { World } from '../fake-host.ts';
import { bundle, coordinatorBundle } from '../fake-image.ts';
import { type Started, start, tool } from '../fake-start.ts';
import { type Cell, type Circumstance, directiveOf, layOut } from './cells.ts';
import { isDashed } from './subjects.ts';

/** What a start of the cell does on the recorded host, and what the tool says that it would do. */
export interface Outcome {
  readonly plan: PlanJson;
  readonly started: Started;
  /** The load lines and the directives that the server meets, in its order, read back from what it was started with. */
  readonly loads: ReadonlyArray<{ readonly path: string; readonly args: readonly string[] }>;
  readonly settings: ReadonlyMap<string, string>;
}

export function runOnFakeHost(cell: Cell): Outcome {
  const { command, env } = layOut(cell);
  const image = imageOf(cell);
  const plan = JSON.parse(tool(['plan', '--json', '--', ...command], env, image).stdout) as PlanJson;
  const started = start(command, env, image);
  if (started.exec === null) return { plan, started, loads: [], settings: new Map() };
  const [, ...args] = started.exec.argv;
  const { fileEntries, optionEntries } = readConfiguration(started.hostAfter(), args, {});
  const directives = [...directivesOf(fileEntries), ...directivesOf(optionEntries)];
  return {
    plan,
    started,
    loads: directives.flatMap(({ name, args: [path, ...words] }) =>
      name === 'loadmodule' && path !== undefined ? [{ path: textOf(path), args: words.map(textOf) }] : [],
    ),
    settings: new Map(directives.map(({ name, args: words }) => [textOf(name), words.map(textOf).join(' ')])),
  };
}

/** The words of the module's load line. */
export function argsIn({ subject }: Cell, { loads }: Outcome): readonly string[] {
  return loads.find(({ path }) => path === subject.path)?.args ?? [];
}

/**
 * The value that the module hears; null where nobody says one. Search prefers its argument to its directive, with bloom it is the other
 * way round, json and ldap hear directives alone; a flag is heard by being there.
 */
export function heardIn(cell: Cell, outcome: Outcome): string | null {
  const { style, option } = cell.subject;
  const args = argsIn(cell, outcome);
  const setting = outcome.settings.get(directiveOf(cell.subject, 'same').name) ?? null;
  if (style === 'plain') return args.length === 0 ? null : args.join(' ');
  if (style === 'flag') return args.includes(`--${option}`) ? 'on' : null;
  if (style === 'config') return setting;
  const index = args.findIndex((word) => word.endsWith(option));
  const argument = index < 0 ? null : (args[index + 1] ?? null);
  return style === 'flags' ? (argument ?? setting) : (setting ?? argument);
}

/** True where the module or the server ends over what reaches it: a name that it does not know, or a value that it does not take. */
export function endsOver(cell: Cell, outcome: Outcome): boolean {
  const { subject } = cell;
  const args = argsIn(cell, outcome);
  const setting = outcome.settings.get(directiveOf(subject, 'same').name);
  const isUnknown = [...outcome.settings.keys()].some((name) => name.endsWith('no-such-option'));
  if (isUnknown || (subject.style === 'plain' && setting !== undefined)) return true;
  if (isDashed(subject) && args.includes('--no-such-option')) return true;
  const { invalid } = subject.values;
  const hearsArgs = isDashed(subject) || subject.style === 'pairs';
  return invalid !== null && (setting === invalid || (hearsArgs && args.includes(invalid)));
}

/** The outcome in the words of docs/merge-matrix.md. */
export function sayOutcome(cell: Cell, outcome: Outcome): string {
  const { plan, started } = outcome;
  if (started.exitCode !== null) return `**refused** ${[...new Set(started.codes)].join(', ')}`;
  const { module, prefix } = cell.subject;
  const args = argsIn(cell, outcome);
  const merged = plan.modules.find(({ name }) => name === module);
  const directives = (merged?.args ?? [])
    .map(({ text }) => text)
    .filter((text) => text.startsWith(`${prefix}.`) && (merged?.decision === 'added' || !args.includes(text)));
  const effective = plan.effectiveConf?.text;
  return [
    merged?.decision ?? 'nothing',
    ...(args.length > 0 ? [`\`${args.join(' ')}\``] : []),
    ...directives.map((text) => `+ \`${text}\``),
    ...(effective === undefined ? [] : [effective.includes('Read from:') ? '*copy*' : '*wrapper*']),
    ...(endsOver(cell, outcome) ? ['*ends*'] : []),
    ...started.codes.filter((code) => code !== 'VB504').sort(),
  ].join(' ');
}

function imageOf(cell: Cell): World & { readonly bundle: typeof bundle } {
  const { files, stdin } = layOut(cell);
  const isDefault = cell.statements.some(({ place }) => place === 'image');
  return {
    ...worlds[cell.circumstance],
    files: { ...worlds[cell.circumstance].files, ...files, '/opt/stand-ins/libecho.so': moduleFile() },
    bundle: isDefault ? coordinatorBundle : bundle,
    ...(stdin !== null && { stdin }),
  };
}

/** As docker/layout.sh leaves it. */
const data = { '/data': { directory: true, mode: 0o1777, owner: { uid: 999, gid: 999 } } } as const;

export const worlds: Readonly<Record<Circumstance, World>> = {
  root: { uid: 0, files: data },
  'arbitrary user': { uid: 1234, gid: 1234, files: data },
  'read-only root': { uid: 999, gid: 999, closed: ['/run/valkey-bundle', '/tmp'], files: data },
  sealed: { uid: 999, gid: 999, closed: ['/run/valkey-bundle', '/dev/shm', '/tmp'], files: data },
};
