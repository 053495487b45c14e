import { readConfiguration } from '../../../entrypoint/conf/configuration.ts';
import { directivesOf } from '../../../entrypoint/conf/include.ts';
import { textOf } from '../../../entrypoint/text/bytes.ts';
import type { PlanJson } from '../../../entrypoint/tool/plan.ts';
import { moduleFile } from '../../support/elf.ts';
import type { World } from '../../support/fake-host.ts';
import { bundle, coordinatorBundle } from '../../support/fake-image.ts';
import { type Started, start, tool } from '../../support/fake-start.ts';
import type { Cell, Circumstance } from './cells.ts';
import { layOut } from './lay-out.ts';

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
