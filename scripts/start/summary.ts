import type pc from 'picocolors';
import { table } from '../../entrypoint/text/table.ts';
import { type EnvironmentVariable, showVariable } from './environment.ts';
import type { ModuleRow } from './module-rows.ts';
import { CONTAINER_NAME, VOLUME_NAME } from './names.ts';

export type Colors = ReturnType<typeof pc.createColors>;

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

/** What `npm start` says on standard output once the server answers. */
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
