import { endpoint } from '../../cluster/nodes.ts';
import { command, readView, type Sighting, VIEW_COMMANDS, type View } from '../../cluster/view.ts';
import { type Environment, isOn } from '../../conf/environment.ts';
import { type Diagnostic, diagnose, refuse } from '../../diagnostics/diagnostic.ts';
import type { Answer, Command, ConfFiles, Reader, Reply, ServerAt, TlsFiles, Waiting } from '../../host/host.ts';
import { passwordOfVariable, readPasswordFile } from '../../server/passwords.ts';
import { tlsWords } from '../../server/reach.ts';
import { textOf } from '../../text/bytes.ts';
import type { Place } from '../../text/place.ts';
import type { Given, Target } from '../options.ts';

/** How nodes are asked. */
export interface Cluster {
  readonly waiting: Waiting;
  readonly connection: Connection;
  /** Prints a line about what is being done, on standard error. */
  readonly say: (line: string) => void;
}

export interface Endpoint {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/** How long one node may take for its answer. */
const ANSWER_MS = 5000;

interface Limits {
  readonly timeoutMs?: number;
  /** Null if the question must not be stopped. */
  readonly signal?: AbortSignal | null;
}

/** Sends commands to a node. Rejects only where it is stopped. */
export function ask(
  { waiting, connection }: Cluster,
  at: Pick<Endpoint, 'ip' | 'port'>,
  commands: readonly Command[],
  { timeoutMs = ANSWER_MS, signal = waiting.stopped }: Limits = {},
): Promise<Answer> {
  return waiting.ask(serverAt(connection, at), commands, { timeoutMs, ...(signal === null ? {} : { signal }) });
}

/** The reply to one command. A failed question gives an error, too, with the reason as its message. */
export async function askOne(
  cluster: Cluster,
  at: Pick<Endpoint, 'ip' | 'port'>,
  command: Command,
  limits: Limits = {},
): Promise<Reply> {
  const answer = await ask(cluster, at, [command], limits);
  if (answer.kind === 'failed') return { kind: 'error', message: answer.why };
  return answer.replies[0] ?? { kind: 'error', message: 'no reply' };
}

/** A node's view, from the first of its addresses that answers. */
export async function readNode(cluster: Cluster, target: Target): Promise<Sighting> {
  const addresses = await cluster.waiting.lookup(target.host);
  let last: Sighting = { kind: 'trouble', what: 'address', why: 'its name does not resolve' };
  for (const ip of addresses) {
    last = await viewAt(cluster, { name: target.name, ip, port: target.port });
    if (last.kind === 'view' || last.what !== 'connection') return last;
  }
  return last;
}

/** The view of the node at an address. */
export async function viewAt(cluster: Cluster, at: Endpoint): Promise<Sighting> {
  return readView(at, await ask(cluster, at, VIEW_COMMANDS));
}

/** The diagnostic for a node's trouble. */
export function troubleDiagnostic(name: string, reading: Sighting & { kind: 'trouble' }, at?: Place): Diagnostic {
  const codes = {
    address: 'VB703',
    connection: 'VB704',
    loading: 'VB704',
    password: 'VB705',
    TLS: 'VB718',
    'cluster mode': 'VB706',
    answer: 'VB716',
  } as const;
  return diagnose(codes[reading.what], `${name}: ${reading.why}`, at === undefined ? {} : { at });
}

/**
 * The places of the members of a view's cluster: the view itself where it was reached, others where it looks for them.
 */
export function membersOf(view: View): readonly Endpoint[] {
  return view.rows.map(({ id, ip, port, hostname }) =>
    id === view.self.id
      ? { name: view.name, ip: view.ip, port: view.port }
      : { name: endpoint(hostname || ip, port), ip, port },
  );
}

/** How any node is reached. */
export interface Connection {
  readonly user: string | null;
  readonly password: GivenPassword | null;
  readonly tls: TlsFiles | null;
}

interface GivenPassword {
  readonly text: string;
  readonly at: Place;
}

/**
 * From `--user`, `--password-file`, `--tls` and its files, and the environment. Refuses VB205 for a password file that
 * cannot be used, VB206 for two passwords, VB211 to VB213 for one that cannot be used, VB717 for a TLS file.
 */
export function readConnection(
  host: Pick<Reader, 'readSmall' | 'readConf'>,
  options: ReadonlyMap<string, Given>,
  env: Environment,
): Connection {
  const password = passwordOf(host, options.get('password-file'), env);
  const user = options.get('user')?.text ?? (env['VALKEY_USER'] || null);
  return { user, password, tls: readTls(host, options, env) };
}

export function serverAt(
  connection: Connection,
  { ip, port }: { readonly ip: string; readonly port: number },
): ServerAt {
  return { ip, port, login: loginOf(connection), tls: connection.tls };
}

/** The words of AUTH. As for valkey-cli, a user without a password does not log in. */
export function loginOf({ user, password }: Connection): Command {
  if (password === null) return [];
  return command(...(user === null ? [] : [user]), password.text);
}

/** The same for `valkey-cli --cluster`: the password stands in its environment, never in its arguments. */
export function engineConnection({ user, password, tls }: Connection, env: Environment) {
  const { VALKEY_PASSWORD: _, REDISCLI_AUTH: __, VALKEYCLI_AUTH: ___, ...rest } = env;
  const auth = password === null ? {} : { REDISCLI_AUTH: password.text, VALKEYCLI_AUTH: password.text };
  return { args: [...(user === null ? [] : ['--user', user]), ...tlsWords(tls)], env: { ...rest, ...auth } };
}

function passwordOf(
  host: Pick<Reader, 'readSmall'>,
  option: Given | undefined,
  env: Environment,
): GivenPassword | null {
  if (option !== undefined) return { text: textOf(readPasswordFile(host, option.text, option.at)), at: option.at };
  const file = env['VALKEY_PASSWORD_FILE'] ?? '';
  const at = (name: string): Place => ({ kind: 'variable', name });
  if (file !== '' && (env['VALKEY_PASSWORD'] ?? '') !== '')
    throw refuse('VB206', 'VALKEY_PASSWORD and VALKEY_PASSWORD_FILE are both set', { at: at('VALKEY_PASSWORD_FILE') });
  if (file !== '') return { text: textOf(readPasswordFile(host, file)), at: at('VALKEY_PASSWORD_FILE') };
  for (const name of ['VALKEY_PASSWORD', 'VALKEYCLI_AUTH', 'REDISCLI_AUTH']) {
    const text = env[name] ?? '';
    if (text !== '') return { text: passwordOfVariable(name, text), at: at(name) };
  }
  return null;
}

/** Each option's file can also be named by a variable; the option wins, then the first of them. */
const tlsFileOptions = [
  { option: 'cacert', variables: ['VALKEY_TLS_CA_CERT_FILE', 'VALKEY_TLS_CA_FILE'] },
  { option: 'cert', variables: ['VALKEY_TLS_CERT_FILE'] },
  { option: 'key', variables: ['VALKEY_TLS_KEY_FILE'] },
] as const;

/**
 * The files for TLS; null unless `--tls`, VALKEY_TLS or one of the files asks for TLS. Refuses VB717 for a file that
 * cannot be used, or a certificate without its key.
 */
function readTls(
  host: Pick<ConfFiles, 'readConf'>,
  options: ReadonlyMap<string, Given>,
  env: Environment,
): TlsFiles | null {
  const given = tlsFileOptions.flatMap(({ option, variables }) => {
    const name = variables.find((variable) => (env[variable] ?? '') !== '');
    const fromVariable: Given | undefined =
      name === undefined ? undefined : { text: env[name] ?? '', at: { kind: 'variable', name } };
    const file = options.get(option) ?? fromVariable;
    return file === undefined ? [] : [{ option, ...file }];
  });
  for (const { text, at } of given) requirePem(host, text, at);
  const [cert, key] = ['cert', 'key'].map((name) => given.find(({ option }) => option === name));
  const alone = cert === undefined ? key : key === undefined ? cert : undefined;
  if (alone !== undefined)
    throw refuse('VB717', 'certificate and key are given together, or none of them', { at: alone.at });
  const speaks = options.has('tls') || isOn(env['VALKEY_TLS']) || given.length > 0;
  const named = (name: string): string | null => given.find(({ option }) => option === name)?.text ?? null;
  return speaks
    ? { caFile: named('cacert'), caDirectory: null, certFile: named('cert'), keyFile: named('key'), verifies: true }
    : null;
}

/**
 * Fills in from the configuration what was not given: the authority, and the certificate with its key, each by itself.
 */
export function completeTls(given: TlsFiles, own: Omit<TlsFiles, 'verifies'>): TlsFiles {
  const { caFile, caDirectory } = given.caFile === null && given.caDirectory === null ? own : given;
  const { certFile, keyFile } = given.certFile === null ? own : given;
  return { caFile, caDirectory, certFile, keyFile, verifies: given.verifies };
}

/** Before any node is asked. */
function requirePem(host: Pick<ConfFiles, 'readConf'>, path: string, at: Place): void {
  const read = host.readConf(path);
  const problem =
    read.kind === 'unreadable'
      ? read.why
      : read.kind !== 'text'
        ? { missing: 'no such file', directory: 'a directory', special: 'not a regular file' }[read.kind]
        : read.text.includes('-----BEGIN ')
          ? null
          : 'no PEM file';
  if (problem !== null) throw refuse('VB717', `${path}: ${problem}`, { at });
}
