import { isHostName } from '../cluster/nodes.ts';
import { type Configuration, isSetTo, settingText } from '../conf/configuration.ts';
import { catalogue } from '../diagnostics/catalogue.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import type { Machine, Reader } from '../host/host.ts';
import type { ExtraDirective } from '../modules/precedence.ts';
import { bytesOf, textOf } from '../text/bytes.ts';
import { withoutSecrets } from '../text/secrets.ts';
import { isOnLoopbackAlone } from './reach.ts';

/**
 * Names of the processes that engines and images put first to reap and to hand signals on; they end with the process
 * that they start.
 */
const INITS: ReadonlySet<string> = new Set([
  'docker-init',
  'tini',
  'tini-static',
  'catatonit',
  'podman-init',
  'dumb-init',
]);

/**
 * True if the container ends with this process: it is the first process, or an init process that is the first started
 * it. Where a pod shares its process namespace, the pod's `pause` is the first, and containers begin outside of it. A
 * shell that started this goes on without it.
 */
export function isContainers({
  pid,
  parentPid,
  firstProcess,
}: Pick<Machine, 'pid' | 'parentPid' | 'firstProcess'>): boolean {
  if (pid === 1) return true;
  if (parentPid === 1) return INITS.has(firstProcess());
  return parentPid === 0 && firstProcess() === 'pause';
}

const HOST_NAME_DIRECTIVE = 'cluster-announce-hostname';
const HOSTS_FILE = '/etc/hosts';

/**
 * `cluster-announce-hostname` with the pod's own full name, in cluster mode, unless one is set (even an empty one).
 * Healing finds the other nodes by these names, and an operator announces none.
 */
export function announcedName(
  host: Pick<Reader, 'readSmall' | 'network'>,
  { settings }: Pick<Configuration, 'settings'>,
  image: readonly ExtraDirective[],
): ExtraDirective[] {
  const isSet = settings.has(HOST_NAME_DIRECTIVE) || image.some(({ name }) => name === HOST_NAME_DIRECTIVE);
  if (isSet || !isSetTo(settings, 'cluster-enabled', 'yes')) return [];
  const hosts = host.readSmall(HOSTS_FILE);
  const found = 'text' in hosts ? ownName(hosts.text, host.network()) : null;
  if (found === null) return [];
  const at = { kind: 'file', path: HOSTS_FILE, line: found.line } as const;
  return [{ name: bytesOf(HOST_NAME_DIRECTIVE), value: bytesOf(found.name), secret: false, at }];
}

/**
 * The kubelet writes a line `<address> <host name>.<subdomain>.<namespace>.svc.<cluster domain> <host name>` for each
 * address of a pod that has a subdomain, as pods of a StatefulSet do (kubelet_pods.go, managedHostsFileContent).
 */
function ownName(
  hosts: string,
  { hostName, addresses }: ReturnType<Reader['network']>,
): { readonly name: string; readonly line: number } | null {
  // The host name is the full one where the pod says so (setHostnameAsFQDN).
  const [own = ''] = hostName.toLowerCase().split('.');
  const isOwn = (name: string): boolean => name.toLowerCase().startsWith(`${own}.`);
  for (const [index, text] of hosts.split('\n').entries()) {
    const [address = '', ...names] = text.replace(/#.*/, '').trim().split(/\s+/);
    if (!addresses.includes(address.toLowerCase())) continue;
    const name = names.find((one) => isOwn(one) && one.split('.').length > 2 && isHostName(one));
    if (name !== undefined) return { name, line: index + 1 };
  }
  return null;
}

/** VB513: Debian's packaged configurations daemonize, and then the container ends with 0 and without a message. */
export function backgroundWarning({ settings }: Configuration): Diagnostic[] {
  const setting = settings.get('daemonize');
  if (setting === undefined || !isSetTo(settings, 'daemonize', 'yes')) return [];
  return [diagnose('VB513', 'daemonize yes', { at: setting.at })];
}

/** VB516 and VB517: directives of packaged configurations that suit a machine, and hide the server in a container. */
export function imageWarnings({ settings }: Configuration): Diagnostic[] {
  const logfile = settings.get('logfile');
  const path = settingText(settings, 'logfile') ?? '';
  const bind = settings.get('bind');
  return [
    ...(logfile === undefined || path === '' || STREAM.test(path)
      ? []
      : [diagnose('VB516', `logfile ${path}`, { at: logfile.at })]),
    ...(bind === undefined || !isOnLoopbackAlone(settings)
      ? []
      : [diagnose('VB517', `bind ${bind.args.map(textOf).join(' ')}`, { at: bind.at })]),
  ];
}

/** /dev/stdout, /proc/1/fd/2 and the like lead to the container's log. */
const STREAM = /^\/(dev|proc)\//;

/**
 * VB525 and VB526: data that was carried into the data directory, and is not read. loadDataFromDisk() in server.c reads
 * the append-only files alone where `appendonly` is yes (making empty ones where there are none), and the RDB file
 * alone where it is not.
 */
export function dataWarnings(
  host: Pick<Reader, 'listDirectory'>,
  { settings, dataDirectory }: Pick<Configuration, 'settings' | 'dataDirectory'>,
): Diagnostic[] {
  const named = (directive: string, fallback: string): string => settingText(settings, directive) ?? fallback;
  const names = (path: string): readonly string[] => {
    const listed = host.listDirectory(path);
    return 'problem' in listed ? [] : listed;
  };
  const here = names(dataDirectory);
  const dump = named('dbfilename', 'dump.rdb');
  const folder = named('appenddirname', 'appendonlydir');
  const file = named('appendfilename', 'appendonly.aof');
  const at = (name: string) => ({ at: { kind: 'directory', path: `${dataDirectory}/${name}` } }) as const;
  // A single file is what servers before 7.0 wrote; it is taken over where there is no manifest (aofUpgradePrepare).
  const hasManifest = here.includes(folder) && names(`${dataDirectory}/${folder}`).includes(`${file}.manifest`);
  const appended = hasManifest ? folder : here.includes(file) ? file : null;
  if (!isSetTo(settings, 'appendonly', 'yes'))
    return appended === null ? [] : [diagnose('VB525', 'appendonly is not yes', at(appended))];
  return appended === null && here.includes(dump) ? [diagnose('VB526', 'appendonly is yes', at(dump))] : [];
}

/**
 * VB518: an element that begins a line without `--` is one word of it, blanks and all (main() in server.c quotes it).
 */
export function wordWarnings({ commandLine: { elements, lines } }: Configuration): Diagnostic[] {
  return lines.flatMap(({ from, at }) => {
    const text = elements[from]?.text.trim() ?? '';
    if (text.startsWith('--') || !/\s/.test(text)) return [];
    const shown = withoutSecrets(text);
    const hint = `Put -- in front, or give its words apart: --${shown}`;
    return [diagnose('VB518', `to the server, "${shown}" is the name of one directive`, { at, hint })];
  });
}

/** VB504, with the fix that fits where the text came from. */
export function effectiveNotice(conf: Configuration, path: string): Diagnostic {
  const source = conf.commandLine.readsStdin ? 'standard input' : (conf.confFile ?? 'the command line');
  const message = `the server reads ${path}, made from ${source}; CONFIG REWRITE will fail on it`;
  const hint = conf.commandLine.readsStdin
    ? 'Mount the configuration as a file to make it writable.'
    : catalogue.VB504.fix;
  return diagnose('VB504', message, { hint });
}
