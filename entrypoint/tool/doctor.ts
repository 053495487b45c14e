import { printable } from '../bytes.ts';
import { type Diagnostic, exitCodeOf, Refusal } from '../diagnostics.ts';
import { styleFor } from '../log.ts';
import { readBundle } from '../modules/bundle.ts';
import { discover } from '../modules/discover.ts';
import { checkModuleFile } from '../modules/preflight.ts';
import { type ToolContext, takesNo } from './run.ts';

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
  check('server', () => fileState(host.findExecutable(bundle.server).kind, bundle.server));
  check(
    'user',
    () => `uid ${host.identity.uid}${host.identity.uid === 0 ? `, the server will run as ${bundle.user}` : ''}`,
  );
  check('data directory', () =>
    host.canWrite(host.cwd) ? `${host.cwd} can be written` : `${host.cwd} cannot be written: the server could not save`,
  );
  const { modules, warnings } = discover(host, env['MODULE_DIR'], build.manifests);
  warnings.forEach(tell);
  for (const module of modules) {
    check(`module ${module.name}`, () => {
      checkModuleFile(host, host, module.path, module, { at: { kind: 'directory', path: module.path } });
      return module.path;
    });
  }
  return exitCode;
}

function fileState(kind: 'found' | 'missing' | 'denied', path: string): string {
  return kind === 'found' ? path : `${path} is ${kind}`;
}
