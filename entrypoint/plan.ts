import { type Configuration, isSetTo, readConfiguration, settingText, withExtraFlags } from './conf/configuration.ts';
import { type Environment, foreignWarning, moduleArgsVariables, wordsOf } from './conf/environment.ts';
import { type Grammar, grammarOf, renderLine } from './conf/tokenize.ts';
import type { Code } from './diagnostics/catalogue.ts';
import { type Details, type Diagnostic, diagnose, refuse } from './diagnostics/diagnostic.ts';
import { type ClosedPlace, OWN_PLACE, type Reader, START_RECORD, type User } from './host/host.ts';
import { readBundle } from './modules/discover.ts';
import type { Bundle, Manifest } from './modules/manifest.ts';
import type { Merged } from './modules/merge.ts';
import { planModules } from './modules/plan.ts';
import type { ExtraDirective, WantedLoad } from './modules/precedence.ts';
import {
  announcedName,
  backgroundWarning,
  dataWarnings,
  effectiveNotice,
  imageWarnings,
  isContainers,
  wordWarnings,
} from './server/container.ts';
import { type Expressed, express } from './server/express.ts';
import { type Invocation, isSentinelName, type Program, resolveServer } from './server/invocation.ts';
import { passwordDirectives, sentinelPasswords } from './server/passwords.ts';
import { recordOf, type StartRecord, tlsWords, writeRecord } from './server/reach.ts';
import { asBytes, type Bytes, bytesOf, printable } from './text/bytes.ts';
import { mentionsSecret } from './text/secrets.ts';

/** A start, decided: nothing has happened yet. */
export interface StartPlan {
  /** `sentinel`: a server that takes no modules. `query`: the program prints something and ends. */
  readonly mode: 'start' | 'sentinel' | 'query';
  readonly program: Program;
  readonly argv: readonly string[];
  readonly modules: readonly Merged[];
  readonly loads: readonly WantedLoad[];
  readonly files: readonly string[];
  /** Directives that no module asked for: the image's defaults, the name that a pod announces, and the password. */
  readonly directives: readonly ExtraDirective[];
  readonly how: Expressed['how'];
  /** Files that this start writes for itself. Without the required ones the server cannot start. */
  readonly runtime: StartFiles | null;
  readonly effectiveConf: { readonly path: string; readonly text: Bytes } | null;
  /** The file in which a sentinel keeps its state. */
  readonly sentinelConf: string | null;
  readonly user: { readonly from: User; readonly to: User; readonly name: string };
  readonly dataDirectory: string;
  /** The files and words that healing needs; null without cluster mode. */
  readonly cluster: ClusterFiles | null;
  readonly removedVariables: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface ClusterFiles {
  /** nodes.conf, as an absolute path. */
  readonly nodesFile: string;
  /** Arguments with which valkey-cli reaches a server of this configuration over TLS; none without TLS. */
  readonly tls: readonly string[];
  readonly password: Bytes | null;
  /** `cluster-announce-ip` */
  readonly announcedIp: string | null;
  readonly searchPath: string;
}

interface StartFiles {
  readonly directory: string;
  readonly files: ReadonlyArray<{ readonly name: string; readonly text: Bytes }>;
  readonly required: boolean;
}

interface PlanRequest {
  readonly invocation: Invocation & { readonly kind: 'server' };
  readonly env: Environment;
  readonly manifests: readonly Manifest[];
  /** True for the tool, which only looks: a missing server or user is then a warning. */
  readonly lookOnly: boolean;
  /** How many runtime directories have failed already. */
  readonly skipDirectories: number;
  /** Standard input can be read only once, and a start may be planned again. */
  readonly readStdin: () => Bytes;
}

/** Decides a server start from what the host shows, by reading alone. Throws Refusal for a wrong input. */
export function planStart(host: Reader, request: PlanRequest): StartPlan {
  const { invocation, env, manifests } = request;
  const { bundle, problem } = readBundle(host);
  const diagnostics: Diagnostic[] =
    problem === null || (request.lookOnly && bundle.line === 'unknown') ? [] : [problem];
  const strict = (code: Code, message: string, details: Details = {}): void => {
    if (!request.lookOnly) throw refuse(code, message, details);
    diagnostics.push({ ...diagnose(code, message, details), severity: 'warning' });
  };
  const program = resolveServer(host, invocation, bundle, strict);
  const user = targetUser(host, bundle, strict);
  const common = { program, user, diagnostics };
  if (invocation.mode === 'query') {
    return { ...common, ...nothing(host, env), mode: 'query', argv: [invocation.name, ...invocation.args] };
  }
  const grammar = grammarOf(bundle.valkey);
  // checkForSentinelMode() in server.c looks everywhere, so VALKEY_EXTRA_FLAGS can say it too. Such a server is handed
  // its command line as it is, and reads standard input itself.
  const isSentinel =
    isSentinelName(invocation.name) ||
    withExtraFlags(invocation.args, env['VALKEY_EXTRA_FLAGS'], grammar).some(({ text }) => text === '--sentinel');
  const readStdin = isSentinel ? () => asBytes('') : request.readStdin;
  const conf = readConfiguration(host, invocation.args, env, grammar, readStdin);
  diagnostics.push(...conf.warnings);
  diagnostics.push(...wordWarnings(conf));
  // The tool asks for the start of a container.
  if (request.lookOnly || isContainers(host)) {
    diagnostics.push(...backgroundWarning(conf), ...(problem === null ? imageWarnings(conf) : []));
  }
  const addressesHere = () => host.network().addresses;
  const freshDirectory = () => host.candidates(isSetTo(conf.settings, 'daemonize', 'yes'))[request.skipDirectories];
  if (isSentinel) {
    const { warnings, login } = sentinelPasswords(host, env, conf);
    diagnostics.push(...warnings);
    const argv = [invocation.name, ...conf.commandLine.elements.map(({ text }) => text)];
    const record = recordOf(conf, addressesHere, login, { usualPort: SENTINEL_PORT });
    const directory = freshDirectory();
    return {
      ...common,
      ...nothing(host, env),
      mode: 'sentinel',
      argv,
      files: conf.files,
      sentinelConf: conf.confFile,
      runtime: directory === undefined ? null : { directory, files: [fileOf(record)], required: false },
      dataDirectory: conf.dataDirectory,
    };
  }
  const planned = planModules(host, conf, { env, manifests, bundle, variables: readVariables(env, grammar) });
  const image = imageDirectives(conf, bundle);
  const passwords = passwordDirectives(host, env, conf, image);
  const own = [...image, ...announcedName(host, conf, image), ...passwords.directives];
  const extra = [...planned.extra, ...own];
  diagnostics.push(...planned.diagnostics, ...passwords.warnings, ...foreignWarning(env), ...dataWarnings(host, conf));
  const directory = freshDirectory();
  const place = directory ?? OWN_PLACE;
  const files = { conf: `${place}/valkey.conf`, secrets: `${place}/secrets.conf` };
  const expressed = express(conf, planned.loads, extra, files);
  const written = [
    ...(expressed.effectiveConf === null ? [] : [{ name: 'valkey.conf', text: expressed.effectiveConf }]),
    ...(expressed.secretsConf === null ? [] : [{ name: 'secrets.conf', text: expressed.secretsConf }]),
  ];
  if (written.length > 0 && directory === undefined) strict('VB503', NO_PLACE, noPlace(host.closedPlaces()));
  const argv = [invocation.name, ...expressed.args];
  const loads = planned.loads.map(({ path, args }) => renderLine([path, ...args.flatMap(({ words }) => words)]));
  const record = recordOf(conf, addressesHere, passwords.login, { loads });
  if (expressed.effectiveConf !== null) diagnostics.push(effectiveNotice(conf, files.conf));
  return {
    ...common,
    mode: 'start',
    argv,
    modules: planned.modules,
    loads: planned.loads,
    files: conf.files,
    directives: own,
    how: expressed.how,
    runtime:
      directory === undefined ? null : { directory, files: [...written, fileOf(record)], required: written.length > 0 },
    effectiveConf: expressed.effectiveConf === null ? null : { path: files.conf, text: expressed.effectiveConf },
    sentinelConf: null,
    dataDirectory: conf.dataDirectory,
    cluster: clusterFiles(conf, record, env),
    removedVariables: removedVariables(env, extra),
  };
}

function fileOf(record: StartRecord): StartFiles['files'][number] {
  return { name: START_RECORD, text: writeRecord(record) };
}

/** Where a sentinel listens unless its configuration says otherwise (REDIS_SENTINEL_PORT in server.h). */
const SENTINEL_PORT = 26379;

type Strict = (code: Code, message: string, details?: Details) => void;

function targetUser(host: Reader, bundle: Bundle, strict: Strict): StartPlan['user'] {
  const from = host.identity;
  if (from.uid !== 0) return { from, to: from, name: String(from.uid) };
  const to = host.lookupUser(bundle.user);
  if (to === null) strict('VB505', `user ${bundle.user} does not exist`);
  return { from, to: to ?? from, name: to === null ? 'root' : bundle.user };
}

function nothing(
  host: Reader,
  env: Environment,
): Omit<StartPlan, 'mode' | 'program' | 'user' | 'diagnostics' | 'argv'> {
  return {
    modules: [],
    loads: [],
    files: [],
    directives: [],
    how: 'options',
    runtime: null,
    effectiveConf: null,
    sentinelConf: null,
    dataDirectory: host.cwd,
    cluster: null,
    removedVariables: removedVariables(env, []),
  };
}

function clusterFiles({ settings }: Configuration, record: StartRecord, env: Environment): ClusterFiles | null {
  if (record.nodesFile === null) return null;
  return {
    nodesFile: record.nodesFile,
    tls: isSetTo(settings, 'tls-cluster', 'yes') ? tlsWords({ ...record.tls, verifies: false }) : [],
    password: record.password,
    announcedIp: settingText(settings, 'cluster-announce-ip') || null,
    searchPath: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  };
}

/** The words of every `*_MODULE_ARGS` by NAME. An empty variable counts as unset. */
function readVariables(env: Environment, grammar: Grammar): ReadonlyMap<string, readonly Bytes[]> {
  const variables = [...moduleArgsVariables(env)].map(
    ([name, value]) => [name, wordsOf(`${name}_MODULE_ARGS`, value, grammar)] as const,
  );
  return new Map(variables.filter(([, words]) => words.length > 0));
}

/** Directives of the image that the configuration does not set, where their condition holds. */
function imageDirectives(conf: Configuration, bundle: Bundle): ExtraDirective[] {
  return bundle.defaults.directives
    .filter(
      ({ name, when = {} }) =>
        !conf.settings.has(name) &&
        Object.entries(when).every(([other, value]) => isSetTo(conf.settings, other, value)),
    )
    .map(({ name, value }) => ({
      name: bytesOf(name),
      value: bytesOf(value),
      secret: false,
      at: { kind: 'image', path: 'bundle.json' },
    }));
}

/** Passwords that a server does not look for in its environment. */
const PASSWORD_VARIABLES = ['VALKEY_PASSWORD', 'VALKEYCLI_AUTH', 'REDISCLI_AUTH'];

/** Variables that hold a secret never reach the server, whether it was used or not. */
function removedVariables(env: Environment, extra: readonly ExtraDirective[]): string[] {
  const used = extra.flatMap(({ secret, at }) => (secret && at.kind === 'variable' ? [at.name] : []));
  const named = Object.entries(env).flatMap(([name, value]) =>
    /_MODULE_ARGS$|^VALKEY_EXTRA_FLAGS$/.test(name) && mentionsSecret(value ?? '') ? [name] : [],
  );
  return [...new Set([...PASSWORD_VARIABLES, ...used, ...named])].filter((name) => name !== 'VALKEY_PASSWORD_FILE');
}

/** The message of VB503. */
export const NO_PLACE = 'no directory can take the files that this start needs';

/** The details of VB503: a line for each place, with the reason why it cannot take the files. */
export function noPlace(tried: readonly ClosedPlace[]): Details {
  const lines = tried.map(({ place, why }) => `  | ${printable(`${place}: ${why}`)}`);
  return { at: { kind: 'directory', path: OWN_PLACE }, frame: lines.join('\n') };
}
