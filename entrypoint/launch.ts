import { heal } from './cluster/heal.ts';
import { type Environment, wantsDebug } from './conf/environment.ts';
import {
  type Diagnostic,
  diagnose,
  exitCodeOf,
  Refusal,
  refuse,
  showDiagnostic,
  styleFor,
} from './diagnostics/diagnostic.ts';
import { explainPlan, summaryOf } from './explain.ts';
import type { ClosedPlace, Host } from './host/host.ts';
import type { Manifest } from './modules/manifest.ts';
import { checkModuleAccess } from './modules/preflight.ts';
import { NO_PLACE, noPlace, planStart, type StartPlan } from './plan.ts';
import { type Invocation, NAMED } from './server/invocation.ts';
import { checkSentinelConf, dropPrivileges, giveSentinelConf, ownDataDirectory } from './server/privileges.ts';
import { type Bytes, messageOf, printable } from './text/bytes.ts';
import { folderOf } from './text/place.ts';
import { withoutSecrets } from './text/secrets.ts';

/**
 * The story of a start: what was asked for, the plan, its explanation, its execution. Never returns: the process
 * becomes the program, or ends with the exit code of the diagnostic that it printed.
 */
export function launch(host: Host, manifests: readonly Manifest[], invocation: Invocation, env: Environment): never {
  const tell = (diagnostic: Diagnostic): void => {
    host.print('stderr', showDiagnostic(diagnostic, styleFor(host.isTerminal.stderr, env['NO_COLOR'])));
  };
  try {
    if (invocation.kind === 'command') return runCommand(host, invocation.argv, env);
    return startServer(host, manifests, invocation, env, tell);
  } catch (error) {
    const diagnostic = error instanceof Refusal ? error.diagnostic : diagnose('VB901', messageOf(error));
    tell(diagnostic);
    return host.exit(exitCodeOf(diagnostic));
  }
}

function startServer(
  host: Host,
  manifests: readonly Manifest[],
  invocation: Invocation & { kind: 'server' },
  env: Environment,
  tell: (diagnostic: Diagnostic) => void,
): never {
  let stdin: Bytes | null = null;
  const readStdin = (): Bytes => {
    stdin ??= host.readStdin();
    return stdin;
  };
  const request = { invocation, env, manifests, lookOnly: false, readStdin };
  const plan = writeRuntimeFiles(host, planStart(host, { ...request, skipDirectories: 0 }), (skipDirectories) =>
    planStart(host, { ...request, skipDirectories }),
  );
  plan.diagnostics.forEach(tell);
  if (wantsDebug(env)) host.print('stderr', explainPlan(plan, styleFor(host.isTerminal.stderr, env['NO_COLOR'])));
  else if (plan.mode === 'start') host.print('stderr', summaryOf(plan));
  if (plan.mode !== 'query') {
    ownDataDirectory(host, plan).forEach(tell);
    giveSentinelConf(host, plan);
    dropPrivileges(host, plan).forEach(tell);
    checkAccess(host, plan, tell);
    checkSentinelConf(host, plan).forEach(tell);
    narrowUmask(host);
    heal(
      host,
      plan,
      (text) => wantsDebug(env) && host.print('stderr', `valkey-bundle: ${printable(text.trimEnd())}\n`),
    ).forEach(tell);
  } else {
    dropPrivileges(host, plan).forEach(tell);
  }
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !plan.removedVariables.includes(name)));
  return become(host, plan.program.path, plan.argv, rest);
}

/** Writes what the plan needs. Where a place turns out to be full or closed, the plan is made anew for the next one. */
function writeRuntimeFiles(host: Host, first: StartPlan, replan: (skip: number) => StartPlan): StartPlan {
  host.removeStale();
  const failed: ClosedPlace[] = [];
  let plan = first;
  for (let skip = 1; plan.runtime !== null; skip++) {
    try {
      host.writePrivate(plan.runtime.directory, plan.runtime.files, plan.user.to);
      break;
    } catch (error) {
      failed.push({ place: folderOf(plan.runtime.directory), why: messageOf(error) });
      if (skip < host.candidates().length) {
        plan = replan(skip);
        continue;
      }
      // Only the health check misses the record of a start.
      if (!plan.runtime.required) break;
      throw refuse('VB503', NO_PLACE, noPlace([...failed, ...host.closedPlaces()]));
    }
  }
  return plan;
}

/** As the official images' scripts do: 0022 is what an engine gives, so nobody chose it; any other umask was chosen. */
function narrowUmask(host: Host): void {
  const inherited = host.setUmask(0o077);
  if (inherited !== 0o022) host.setUmask(inherited);
}

/** With the server's own rights: its files must be readable, its data directory should be writable. */
function checkAccess(host: Host, plan: StartPlan, tell: (diagnostic: Diagnostic) => void): void {
  const { runtime } = plan;
  const own = runtime?.required === true ? runtime.files.map(({ name }) => `${runtime.directory}/${name}`) : [];
  const who = `${plan.user.name} (uid ${plan.user.to.uid})`;
  const closed = [...plan.files, ...own].find((path) => !host.mayRead(path));
  if (closed !== undefined) {
    throw refuse('VB509', `${closed} cannot be read by ${who}`, { at: { kind: 'directory', path: closed } });
  }
  // The user who made the plan has opened the modules already.
  if (plan.user.from.uid !== plan.user.to.uid) checkModuleAccess(host, plan.loads, plan.dataDirectory, who);
  if (!host.canWrite(plan.dataDirectory)) {
    const at = { kind: 'directory', path: plan.dataDirectory } as const;
    tell(diagnose('VB507', `uid ${plan.user.to.uid} cannot write ${plan.dataDirectory}`, { at }));
  }
}

/**
 * A command that is not the server: executed as it is, with the signal dispositions that a shell would have given it.
 */
function runCommand(host: Host, argv: readonly string[], env: Environment): never {
  const [name = ''] = argv;
  const found = host.findExecutable(name);
  if (found.kind === 'missing') throw refuse('VB501', `${withoutSecrets(name)} was not found`, NAMED);
  if (found.kind === 'denied') throw refuse('VB502', `${found.path}: ${found.why}`, NAMED);
  return become(host, found.path, argv, env);
}

function become(host: Host, path: string, argv: readonly string[], env: Environment): never {
  host.restoreSignals();
  try {
    return host.exec(path, argv, env);
  } catch (error) {
    const why = messageOf(error);
    const hint = TOO_LONG.test(why)
      ? { hint: 'Put what is long into a configuration file: the kernel bounds arguments.' }
      : {};
    throw refuse('VB502', `${path}: ${why}`, { ...NAMED, ...hint });
  }
}

/** E2BIG: an element of the arguments, or a variable, of more than 128 KiB, or too many of them (execve(2)). */
const TOO_LONG = /argument list too long/i;
