import { bytesOf, textOf } from '../bytes.ts';
import { endpoint } from '../cluster/targets.ts';
import type { Environment } from '../environment.ts';
import { type Answer, judge, type Level, readHeard } from '../health.ts';
import { type Host, isError, type Reply, type Waiting } from '../host.ts';
import { withoutLineEnd } from '../passwords.ts';
import { canonical } from '../reach.ts';
import { readRecord, type StartRecord, usualServer } from '../start-record.ts';
import { type ToolContext, takesNo } from './context.ts';

/** Well inside the 5 s that the image's health check and the manifests give a probe. */
const ANSWER_MS = 3000;

const USAGE = 'health [--alive|--joined|--cluster-ok]';

/** What each option asks for. */
const levels: ReadonlyMap<string | undefined, Level> = new Map([
  ['--alive', 'alive'],
  ['--joined', 'joined'],
  ['--cluster-ok', 'cluster-ok'],
]);

/**
 * `valkey-bundle health [--alive|--joined|--cluster-ok]`: asks the server as it was started. A password that was set later does not make it
 * unhealthy. The probe (probe.pl), which is asked first, hands on what it heard: `--heard` and its answers.
 */
export function health({ host, args, env }: ToolContext): number | Promise<number> {
  const level = levels.get(args[0]) ?? 'healthy';
  const [heard, ...words] = level === 'healthy' ? args : args.slice(1);
  if (heard !== undefined && heard !== '--heard') takesNo([heard], USAGE);
  const record = serverOf(host, env);
  const say = ([ping = silent('nothing was asked'), cluster]: readonly Answer[]): number => {
    host.print('stdout', `${judge(level, ping, cluster ?? null, host, record.nodesFile)}\n`);
    return 0;
  };
  if (heard !== undefined) return say(words.map(readHeard));
  return ask(host, record, level === 'joined' || level === 'cluster-ok').then(say);
}

/** The server of this container, as its start left it; where there is no record, at the usual port with the password of the environment. */
export function serverOf(host: Pick<Host, 'lastStart'>, env: Environment): StartRecord {
  const text = host.lastStart();
  const record = text === null ? null : readRecord(text);
  return record ?? usualServer(withoutLineEnd(env['VALKEY_PASSWORD'] ?? ''));
}

/** The address of this machine behind an address or a host name, or null: what else a name leads to is not ours to send a password to. */
export async function addressHere(
  host: Pick<Host, 'network'>,
  waiting: Waiting,
  address: string,
): Promise<string | null> {
  const here = new Set(host.network().addresses.map(canonical));
  const ips = await waiting.lookup(address);
  return ips.find((ip) => /^127\.|^::1$/.test(ip) || here.has(canonical(ip))) ?? null;
}

/** What the probe cannot ask: over TLS, and by a host name. */
async function ask(
  host: Host,
  { address, port, tlsPort, tls, password }: StartRecord,
  asksCluster: boolean,
): Promise<Answer[]> {
  const waiting = host.waiting();
  const ip = await addressHere(host, waiting, address);
  if (ip === null) return [silent(`${address} is no address of this machine`)];
  const at = {
    ip,
    port: port || tlsPort,
    login: [],
    tls: port === 0 ? { ...tls, verifies: false } : null,
  };
  // A command like the others: the server may have another password by now, or none.
  const login = password === null ? [] : [[bytesOf('AUTH'), password]];
  const commands = [['PING'], ...(asksCluster ? [['CLUSTER', 'INFO']] : [])].map((words) => words.map(bytesOf));
  const answer = await waiting.ask(at, [...login, ...commands], { timeoutMs: ANSWER_MS, signal: waiting.stopped });
  if (answer.kind === 'replies') return answer.replies.slice(login.length).map(answerOf);
  const heard: Answer =
    answer.what === 'refused' ? { kind: 'error', text: answer.why } : silent(`${endpoint(ip, at.port)}: ${answer.why}`);
  return [heard, heard];
}

function answerOf(reply: Reply): Answer {
  return isError(reply)
    ? { kind: 'error', text: reply.message }
    : { kind: 'text', text: typeof reply === 'string' ? textOf(reply) : '' };
}

function silent(why: string): Answer {
  return { kind: 'none', text: why };
}
