import { foreignIn } from '../conf/environment.ts';
import { catalogue, isCode } from '../diagnostics/catalogue.ts';
import { refuse } from '../diagnostics/diagnostic.ts';
import type { CataloguePage } from '../diagnostics/page.ts';
import { discover, readBundle } from '../modules/discover.ts';
import { printable } from '../text/bytes.ts';
import { nearest } from '../text/names.ts';
import { table } from '../text/table.ts';
import { readOptions, type ToolContext, takesNo } from './options.ts';
import { usageOf } from './pages.ts';

/** `valkey-bundle modules [--json]`: what MODULE_DIR holds, with the version and the variable of each. */
export function listModules({ host, build, args, env, tell }: ToolContext): number {
  const json = args[0] === '--json';
  takesNo(json ? args.slice(1) : args, 'modules');
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
  if (json) host.print('stdout', `${JSON.stringify({ version: 1, modules: rows }, null, 2)}\n`);
  else
    for (const line of table(rows.map((row) => [row.name, row.version ?? '?', row.variable, row.file])))
      host.print('stdout', `${printable(line)}\n`);
  return 0;
}

/** `valkey-bundle version`. */
export function showVersion({ host, build, args }: ToolContext): number {
  takesNo(args, 'version');
  const { bundle } = readBundle(host);
  const modules = Object.entries(bundle.modules).map(
    ([name, { version, origin }]) => `${name} ${version} (${origin})\n`,
  );
  host.print(
    'stdout',
    `valkey-bundle ${build.version} (Node ${build.node})\nline ${bundle.line}, Valkey ${bundle.valkey}\n${modules.join('')}`,
  );
  return 0;
}

/**
 * `valkey-bundle explain <code>`: the page of one diagnostic; `explain --variables [--json]`: what only other images
 * read.
 */
export function explain(context: ToolContext): number {
  const { host, args, env } = context;
  if (!args.some((word) => word.startsWith('-'))) return explainCode(context);
  const options = readOptions(args, { variables: 'flag', json: 'flag' }, 'explain', 2);
  if (!options.has('variables')) throw refuse('VB601', '--json needs --variables', { hint: usageOf('explain') });
  const found = foreignIn(env);
  if (options.has('json')) {
    const variables = found.map(({ name, ours }) => ({ name, here: ours }));
    host.print('stdout', `${JSON.stringify({ version: 1, variables }, null, 2)}\n`);
  } else if (found.length === 0) {
    host.print('stdout', 'No variable is set that only other images read.\n');
  } else {
    const rows = [['not read here', 'here'], ...found.map(({ name, ours }) => [name, ours])];
    host.print('stdout', `${table(rows).join('\n')}\n`);
  }
  return 0;
}

function explainCode({ host, args }: ToolContext): number {
  const [word, ...rest] = args;
  const code = word?.toUpperCase() ?? '';
  if (rest.length > 0 || !isCode(code)) {
    const near = nearest(code, Object.keys(catalogue));
    const known = near === null ? 'Codes run from VB101 on; docs/diagnostics.md lists them.' : `Did you mean ${near}?`;
    const hint = /^VP\d+$/.test(code)
      ? 'That is a code of the npm commands: docs/pipeline-problems.md has its page.'
      : known;
    throw refuse('VB601', word === undefined ? 'explain needs a code' : `there is no diagnostic "${args.join(' ')}"`, {
      hint,
    });
  }
  host.print('stdout', page(code, catalogue[code]));
  return 0;
}

function page(code: string, { title, severity, exitCode, meaning, fix }: CataloguePage): string {
  // Codes from VB601 on are the tool's, but for those of healing (VB751 to VB756).
  const isOfStart = code < 'VB601' || (code >= 'VB751' && code < 'VB761') || code >= 'VB901';
  const ofStart = exitCode === 0 ? 'The start goes on.' : `The start ends with exit code ${exitCode}; no server runs.`;
  const end = isOfStart ? ofStart : `Exit code ${exitCode}.`;
  return `${code} (${severity}): ${title}\n\n${meaning}\n\nFix: ${fix}\n\n${end}\n`;
}
