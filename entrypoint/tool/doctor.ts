import { printable } from '../bytes.ts';
import { type Diagnostic, diagnose, exitCodeOf, Refusal, refuse } from '../diagnostics.ts';
import { styleFor } from '../log.ts';
import { readBundle } from '../modules/bundle.ts';
import { discover } from '../modules/discover.ts';
import { findOnLoad, leftOutWarning } from '../modules/on-load.ts';
import { checkModuleFile } from '../modules/preflight.ts';
import { NO_PLACE, noPlace } from '../no-place.ts';
import { type ToolContext, takesNo } from './context.ts';

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
    return path.slice(0, path.lastIndexOf('/'));
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
