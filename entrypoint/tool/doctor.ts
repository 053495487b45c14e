import { catalogue, isCode } from '../diagnostics/catalogue.ts';
import { type Diagnostic, diagnose, exitCodeOf, Refusal, refuse, styleFor } from '../diagnostics/diagnostic.ts';
import type { CataloguePage } from '../diagnostics/page.ts';
import { discover, readBundle } from '../modules/discover.ts';
import { checkModuleFile, findOnLoad, leftOutWarning } from '../modules/preflight.ts';
import { NO_PLACE, noPlace } from '../plan.ts';
import { printable } from '../text/bytes.ts';
import { nearest } from '../text/names.ts';
import { folderOf } from '../text/place.ts';
import { table } from '../text/table.ts';
import { type ToolContext, takesNo } from './options.ts';

/** `valkey-bundle doctor`: one line a check. Exit code 0, or that of the first error. */
export function doctor(context: ToolContext): number {
  takesNo(context.args, 'doctor');
  const { host, build, env, tell } = context;
  const style = styleFor(host.isTerminal.stdout, env['NO_COLOR']);
  let exitCode = 0;
  const check = (title: string, run: () => string | Diagnostic): void => {
    try {
      const result = run();
      const isFine = typeof result === 'string';
      const mark = isFine ? style.green('ok  ') : style.yellow('warn');
      host.print('stdout', `${mark} ${printable(`${title}: ${isFine ? result : result.message}`)}\n`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      host.print('stdout', `${style.red('fail')} ${printable(title)}\n`);
      tell(error.diagnostic);
      exitCode ||= exitCodeOf(error.diagnostic);
    }
  };
  const { bundle, problem } = readBundle(host);
  check('bundle.json', () => problem ?? `line ${bundle.line}, Valkey ${bundle.valkey}`);
  check('server', () => {
    const found = host.findExecutable(bundle.server);
    if (found.kind !== 'found')
      throw refuse(found.kind === 'missing' ? 'VB501' : 'VB502', `${bundle.server} is ${found.kind}`);
    return bundle.server;
  });
  check('user', () => {
    const { uid } = host.identity;
    if (uid !== 0) return `uid ${uid}`;
    const user = host.lookupUser(bundle.user);
    if (user === null) throw refuse('VB505', `user ${bundle.user} does not exist`);
    return `root, the server will run as ${bundle.user} (uid ${user.uid})`;
  });
  check('data directory', () => {
    if (host.canWrite(host.cwd)) return host.cwd;
    return diagnose('VB507', `uid ${host.identity.uid} cannot write ${host.cwd}`);
  });
  check('directory for effective configurations', () => {
    const [path] = host.candidates();
    if (path === undefined) throw refuse('VB503', NO_PLACE, noPlace(host.closedPlaces()));
    return folderOf(path);
  });
  const { modules, warnings } = discover(host, env['MODULE_DIR'], host.cwd, build.manifests);
  warnings.forEach(tell);
  for (const module of modules) {
    check(`module ${module.name}`, () => {
      checkModuleFile(host, host, module.path, module, { at: { kind: 'directory', path: module.path } });
      return findOnLoad(host, module.path) === 'missing' ? leftOutWarning(module) : module.path;
    });
  }
  return exitCode;
}

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
  if (json) host.print('stdout', `${JSON.stringify(rows, null, 2)}\n`);
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

/** `valkey-bundle explain <code>`: the page of one diagnostic. */
export function explainCode({ host, args }: ToolContext): number {
  const [word, ...rest] = args;
  const code = word?.toUpperCase() ?? '';
  if (rest.length > 0 || !isCode(code)) {
    const near = nearest(code, Object.keys(catalogue));
    const hint = near === null ? `Codes run from VB101 on; docs/diagnostics.md lists them.` : `Did you mean ${near}?`;
    throw refuse('VB601', word === undefined ? 'explain needs a code' : `there is no diagnostic "${args.join(' ')}"`, {
      hint,
    });
  }
  host.print('stdout', page(code, catalogue[code]));
  return 0;
}

function page(code: string, { title, severity, exitCode, meaning, fix }: CataloguePage): string {
  const end = exitCode === 0 ? 'The start goes on.' : `The start ends with exit code ${exitCode}; no server runs.`;
  return `${code} (${severity}): ${title}\n\n${meaning}\n\nFix: ${fix}\n\n${end}\n`;
}
