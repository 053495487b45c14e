import { printable } from '../bytes.ts';
import { readBundle } from '../modules/bundle.ts';
import { discover } from '../modules/discover.ts';
import { type ToolContext, takesNo } from './context.ts';
import { table } from './table.ts';

/** `valkey-bundle modules [--json]`: what MODULE_DIR holds, with the version and the variable of each. */
export function listModules({ host, build, args, env, tell }: ToolContext): number {
  const json = args[0] === '--json';
  takesNo(json ? args.slice(1) : args, 'modules [--json]');
  const { bundle } = readBundle(host);
  const { modules, warnings } = discover(host, env['MODULE_DIR'], host.cwd, build.manifests);
  warnings.forEach(tell);
  const rows = modules.map((module) => ({
    name: module.name,
    version: bundle.modules[module.name]?.version ?? null,
    file: module.path,
    variable: `${module.variable}_MODULE_ARGS`,
    loadName: module.manifest?.loadName ?? null,
    title: module.manifest?.title ?? null,
    origin: bundle.modules[module.name]?.origin ?? null,
  }));
  if (json) host.print('stdout', `${JSON.stringify(rows, null, 2)}\n`);
  else
    for (const line of table(rows.map((row) => [row.name, row.version ?? '?', row.variable, row.file])))
      host.print('stdout', `${printable(line)}\n`);
  return 0;
}
