import { readModules } from '../cluster/checks.ts';
import { command, fieldsOf, pairsIn, textIn } from '../cluster/view.ts';
import {
  type Diagnostic,
  diagnose,
  placeOf,
  Refusal,
  refuse,
  type Style,
  styleFor,
} from '../diagnostics/diagnostic.ts';
import { type Host, isError, type Reply } from '../host/host.ts';
import { discover, readBundle } from '../modules/discover.ts';
import { tooOldFor } from '../modules/plan.ts';
import { checkModuleFile, findOnLoad, leftOutWarning } from '../modules/preflight.ts';
import { NO_PLACE, noPlace } from '../plan.ts';
import { type Facts, judgeServer, type Look, questions } from '../server/findings.ts';
import { readRecord } from '../server/reach.ts';
import { bytesOf, printable } from '../text/bytes.ts';
import { folderOf } from '../text/place.ts';
import { lookUntilWell } from './cluster/check.ts';
import { ask } from './cluster/connection.ts';
import { ownServer } from './cluster/members.ts';
import { readOptions, type ToolContext } from './options.ts';

/**
 * `valkey-bundle doctor [--json]`: looks at this container, and at the server that was started in it. A line for each
 * subject, and under it what was found, each with its code and its fix. Exit code 0; 1 where something is wrong; 75
 * where something could not be asked, and nothing that was is wrong.
 */
export async function doctor(context: ToolContext): Promise<number> {
  const options = readOptions(context.args, { json: 'flag' }, 'doctor', 2);
  const { host, env } = context;
  const record = host.lastStart();
  const isRunning = record !== null && readRecord(record) !== null;
  const looks = [...lookAtContainer(context), ...(isRunning ? await lookAtServer(context) : [])];
  const found = looks.flatMap(({ findings }) => findings);
  const errors = found.filter(({ severity }) => severity === 'error');
  const isUnasked = ({ code }: Diagnostic): boolean => code === 'VB813' || code === 'VB814';
  const exitCode = errors.length === 0 ? 0 : errors.every(isUnasked) ? 75 : 1;
  if (options.has('json')) {
    const checks = looks.map(({ name, summary, findings }) => ({ name, summary, findings: findings.map(forJson) }));
    host.print('stdout', `${JSON.stringify({ version: 1, exitCode, server: isRunning, checks }, null, 2)}\n`);
    return exitCode;
  }
  const style = styleFor(host.isTerminal.stdout, env['NO_COLOR']);
  host.print('stdout', looks.map((look) => showLook(look, style)).join(''));
  if (!isRunning) host.print('stdout', 'No server was started here: only the container was looked at.\n');
  return exitCode;
}

function forJson(diagnostic: Diagnostic) {
  const { code, severity, message, hint } = diagnostic;
  return { code, severity, message, hint, at: placeOf(diagnostic) };
}

function showLook({ name, summary, findings }: Look, style: Style): string {
  const isWrong = findings.some(({ severity }) => severity === 'error');
  const mark = findings.length === 0 ? style.green('ok  ') : isWrong ? style.red('fail') : style.yellow('warn');
  const lines = findings.flatMap((finding) => {
    const place = placeOf(finding);
    const where = place === null ? '' : `${place}: `;
    const said = printable(`${finding.code} ${where}${finding.message}`);
    return [`     ${said}`, `     ${style.green('fix:')} ${printable(finding.hint)}`];
  });
  const title = findings.length === 0 ? `${name}: ${summary}` : name;
  return [`${mark} ${printable(title)}`, ...lines].map((line) => `${line}\n`).join('');
}

/** The image and the container, whether a server runs or not. */
function lookAtContainer({ host, build, env }: ToolContext): Look[] {
  const { bundle, problem } = readBundle(host);
  const { modules, warnings } = discover(host, env['MODULE_DIR'], host.cwd, build.manifests);
  return [
    look('bundle.json', () => problem ?? `line ${bundle.line}, Valkey ${bundle.valkey}`),
    look('server', () => {
      const found = host.findExecutable(bundle.server);
      if (found.kind === 'found') return bundle.server;
      throw refuse(found.kind === 'missing' ? 'VB501' : 'VB502', `${bundle.server} is ${found.kind}`);
    }),
    look('user', () => {
      const { uid } = host.identity;
      if (uid !== 0) return `uid ${uid}`;
      const user = host.lookupUser(bundle.user);
      if (user === null) throw refuse('VB505', `user ${bundle.user} does not exist`);
      return `root, the server will run as ${bundle.user} (uid ${user.uid})`;
    }),
    look('data directory', () => {
      if (host.canWrite(host.cwd)) return host.cwd;
      return diagnose('VB507', `uid ${host.identity.uid} cannot write ${host.cwd}`);
    }),
    look('directory for effective configurations', () => {
      const [path] = host.candidates();
      if (path === undefined) throw refuse('VB503', NO_PLACE, noPlace(host.closedPlaces()));
      return folderOf(path);
    }),
    ...(warnings.length === 0 ? [] : [{ name: 'MODULE_DIR', summary: '', findings: warnings }]),
    ...modules.map((module) => {
      const checked = look(`module ${module.name}`, () => {
        checkModuleFile(host, host, module.path, module, { at: { kind: 'directory', path: module.path } });
        return findOnLoad(host, module.path) === 'missing' ? leftOutWarning(module) : module.path;
      });
      return { ...checked, findings: [...checked.findings, ...tooOldFor(module, bundle, bundle.valkey)] };
    }),
  ];
}

function look(name: string, run: () => string | Diagnostic): Look {
  try {
    const result = run();
    return typeof result === 'string'
      ? { name, summary: result, findings: [] }
      : { name, summary: '', findings: [result] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { name, summary: '', findings: [error.diagnostic] };
  }
}

/** How long the server may take for its answers. */
const ANSWER_MS = 3000;

/** The running server. It is asked as it was started; in cluster mode the other nodes are asked, too. */
async function lookAtServer(context: ToolContext): Promise<Look[]> {
  const waiting = context.host.waiting();
  const silent = (diagnostic: Diagnostic): Look[] => [{ name: 'answers', summary: '', findings: [diagnostic] }];
  try {
    const { connection, locate } = ownServer(context, new Map());
    const at = await locate(waiting);
    const commands = questions.map((words) => command(...words));
    const answer = await ask({ waiting, connection, say: () => {} }, at, commands, { timeoutMs: ANSWER_MS });
    if (answer.kind === 'failed') return silent(diagnose('VB813', `${at.name}: ${answer.why}`));
    const errors = answer.replies.map((reply) => (isError(reply) ? reply.message : null));
    const [first = null] = errors;
    // Nobody logged in: the same error to every question.
    if (first !== null && errors.every((error) => error === first))
      return silent(diagnose('VB813', `${at.name}: ${first}`));
    const refused = errors.flatMap((error, index) =>
      error === null ? [] : [diagnose('VB814', `${questions[index]?.join(' ')}: ${error}`)],
    );
    const facts = readFacts(context.host, answer.replies);
    const version = facts.info?.get('valkey_version') ?? facts.info?.get('redis_version') ?? '?';
    const answers = { name: 'answers', summary: `Valkey ${version} at ${at.name}`, findings: refused };
    const isNode = facts.info?.get('cluster_enabled') === '1';
    const cluster = isNode ? [await lookAtCluster(context, waiting)] : [];
    return [answers, ...judgeServer(facts), ...cluster];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return silent(diagnose('VB813', error.diagnostic.message));
  }
}

async function lookAtCluster(context: ToolContext, waiting: ReturnType<Host['waiting']>): Promise<Look> {
  const name = 'cluster';
  const looked = await lookUntilWell(context, waiting, new Map()).catch((error: unknown) => {
    if (error instanceof Refusal) return error.diagnostic;
    throw error;
  });
  if ('code' in looked) return { name, summary: '', findings: [looked] };
  const { report, causes } = looked;
  const problems = report.checks.flatMap((check) => check.problems.map((problem) => `${check.name}: ${problem}`));
  const findings = [...causes, ...problems.map((problem) => diagnose('VB720', problem))];
  return { name, summary: `${report.nodes.length} nodes agree`, findings };
}

/** Reads the replies to `questions`, and what the kernel says of the server's process and of its limits. */
function readFacts(host: Host, [infoReply, modulesReply, configReply, userReply]: readonly Reply[]): Facts {
  const infoText = textIn(infoReply);
  const info = infoText === null ? null : fieldsOf(infoText);
  const config = pairsIn(configReply);
  const user = isError(userReply) ? null : pairsIn(userReply);
  const flags = user?.get('flags');
  const small = (path: string): string | null => {
    const read = host.readSmall(path);
    return 'text' in read ? read.text.trim() : null;
  };
  const process = `/proc/${info?.get('process_id') ?? 'self'}`;
  const somaxconn = small('/proc/sys/net/core/somaxconn');
  const openFiles = /^Max open files +(\d+)/m.exec(small(`${process}/limits`) ?? '')?.[1];
  return {
    info,
    config: config === null ? null : new Map([...config].map(([name, value]) => [name, textIn(value) ?? ''])),
    modules: readModules(modulesReply),
    wanted: readRecord(host.lastStart() ?? bytesOf(''))?.loads ?? [],
    defaultUser:
      user === null
        ? null
        : {
            flags: Array.isArray(flags) ? flags.map((flag) => textIn(flag) ?? '') : [],
            commands: textIn(user.get('commands')) ?? '',
          },
    memoryLimit: memoryLimit(small, Number(info?.get('total_system_memory') ?? 0)),
    overcommit: small('/proc/sys/vm/overcommit_memory'),
    hugePages: small('/sys/kernel/mm/transparent_hugepage/enabled'),
    hugePagesOfProcess: /^THP_enabled:\s*(\d)/m.exec(small(`${process}/status`) ?? '')?.[1] ?? null,
    somaxconn: somaxconn === null ? null : Number(somaxconn),
    openFiles: openFiles === undefined ? null : Number(openFiles),
  };
}

/** The container's limit by cgroup 2 or 1, in bytes. More than the machine has is no limit. */
function memoryLimit(small: (path: string) => string | null, machine: number): number | null {
  const text = small('/sys/fs/cgroup/memory.max') ?? small('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const limit = Number(text ?? Number.NaN);
  return Number.isFinite(limit) && (machine === 0 || limit < machine) ? limit : null;
}
