import type { ListedModule } from '../cluster/checks.ts';
import { tokenize } from '../conf/tokenize.ts';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.ts';
import { type Bytes, bytesOf, textOf } from '../text/bytes.ts';
import { redactWords } from '../text/secrets.ts';

/*
 * Judging a running server by what it says of itself, what its start wanted, and what the kernel gives it. The bounds
 * are the server's own where it has one: syscheck.c, and adjustOpenFilesLimit() and checkTcpBacklogSettings() in
 * server.c.
 */

/** Null stands for what could not be read or was not answered: no finding comes of it. */
export interface Facts {
  /** Fields of INFO. */
  readonly info: ReadonlyMap<string, string> | null;
  /** Answers of CONFIG GET. */
  readonly config: ReadonlyMap<string, string> | null;
  readonly modules: readonly ListedModule[] | null;
  /** The load lines that the start wanted; none where it left no record of them. */
  readonly wanted: readonly Bytes[];
  /** Flags of the user `default`, and the commands that it may run. */
  readonly defaultUser: { readonly flags: readonly string[]; readonly commands: string } | null;
  /** The limit of the container in bytes; null without one. */
  readonly memoryLimit: number | null;
  readonly overcommit: string | null;
  /** /sys/kernel/mm/transparent_hugepage/enabled */
  readonly hugePages: string | null;
  /** THP_enabled of the server's process: 0 where `disable-thp` turned them off for it. */
  readonly hugePagesOfProcess: string | null;
  readonly somaxconn: number | null;
  /** Files that the server's process may open. */
  readonly openFiles: number | null;
}

type Answers = ReadonlyMap<string, string>;

/** One subject of the doctor: what is well in a few words, or what was found. */
export interface Look {
  readonly name: string;
  readonly summary: string;
  readonly findings: readonly Diagnostic[];
}

/** The commands that ask for the facts, in the order in which readFacts() takes the replies. */
export const questions = [
  ['INFO'],
  ['MODULE', 'LIST'],
  ['CONFIG', 'GET', 'maxclients', 'tcp-backlog', 'save', 'bind', 'protected-mode', 'cluster-require-full-coverage'],
  ['ACL', 'GETUSER', 'default'],
] as const;

/** Every subject that was answered, in the order in which it is shown. What was not answered is not taken for well. */
export function judgeServer(facts: Facts): readonly Look[] {
  const { info, config, modules, defaultUser } = facts;
  return [
    ...(modules === null ? [] : [lookAtModules(modules, facts.wanted)]),
    ...(config === null || defaultUser === null ? [] : [lookAtAccess(config, defaultUser)]),
    ...(info === null || config === null ? [] : [lookAtMemory(info, config, facts.memoryLimit)]),
    ...(config === null ? [] : [lookAtKernel(config, facts)]),
    ...(info === null ? [] : [lookAtDisk(info)]),
    ...(info?.get('cluster_enabled') === '1' && config !== null ? [lookAtCoverage(config)] : []),
  ];
}

function lookAtModules(modules: readonly ListedModule[], wanted: Facts['wanted']): Look {
  const listed = modules.filter(({ path }) => path !== '' && !BUILT_IN.has(path));
  const wants = wanted.map((line) => {
    const words = tokenize(line);
    const [path = '', ...args] = words.ok ? words.words.map(textOf) : [];
    return { path, args };
  });
  const missing = wants.flatMap(({ path, args }) => {
    const found = listed.find((module) => module.path === path);
    if (found === undefined) return [diagnose('VB801', `${path} is not in MODULE LIST`)];
    if (found.args.join('\0') === args.join('\0')) return [];
    return [diagnose('VB801', `${path} runs with ${shown(found.args)}, and the start wanted ${shown(args)}`)];
  });
  const others = wanted.length === 0 ? [] : listed.filter(({ path }) => !wants.some((want) => want.path === path));
  const beside = others.map(({ name, path }) => diagnose('VB802', `${name} (${path})`));
  const names = listed.map(({ name }) => name).sort();
  return {
    name: 'modules',
    summary: `${names.join(', ') || 'none'}, as the start wanted`,
    findings: [...missing, ...beside],
  };
}

/** MODULE LIST of 9.1 has the scripting engine, whose path is its name. */
const BUILT_IN: ReadonlySet<string> = new Set(['lua']);

function shown(args: readonly string[]): string {
  return args.length === 0 ? 'no arguments' : `"${redactWords(args.map(bytesOf)).join(' ')}"`;
}

function lookAtAccess(config: Answers, { flags, commands }: NonNullable<Facts['defaultUser']>): Look {
  const isOpen = flags.includes('on') && flags.includes('nopass');
  const mayAll = commands.split(' ')[0] === '+@all';
  const bound = (config.get('bind') ?? '').split(' ').map((word) => word.replace(/^-/, ''));
  const isFenced = config.get('protected-mode') === 'yes';
  const isLocal = bound.every((address) => /^(127\.|::1$|$)/.test(address)) && bound.some((address) => address !== '');
  const isExposed = isOpen && mayAll && !isFenced && !isLocal;
  const findings = isExposed
    ? [diagnose('VB803', 'the user default needs no password, and protected mode is off')]
    : [];
  const how = isLocal ? 'only from this machine' : isFenced ? 'protected mode is on' : 'it has not every right';
  const who = isOpen ? `the user default needs no password; ${how}` : 'the user default needs a password, or is off';
  return { name: 'access', summary: who, findings };
}

function lookAtMemory(info: Answers, config: Answers, memoryLimit: number | null): Look {
  const maxmemory = Number(info.get('maxmemory') ?? 0);
  const saves = (config.get('save') ?? '') !== '' || info.get('aof_enabled') === '1';
  const summary = `maxmemory ${megabytes(maxmemory)}, limit ${memoryLimit === null ? 'none' : megabytes(memoryLimit)}`;
  const found = (code: 'VB804' | 'VB805' | 'VB806'): Look => ({
    name: 'memory',
    summary,
    findings: [diagnose(code, summary)],
  });
  if (memoryLimit === null) return { name: 'memory', summary, findings: [] };
  if (maxmemory === 0) return found('VB805');
  if (maxmemory > memoryLimit) return found('VB804');
  return saves && maxmemory > memoryLimit / 2 ? found('VB806') : { name: 'memory', summary, findings: [] };
}

function megabytes(bytes: number): string {
  return bytes === 0 ? 'not set' : `${Math.round(bytes / 1024 / 1024)} MiB`;
}

/** Files that the server keeps for itself (CONFIG_MIN_RESERVED_FDS in server.h). */
const OWN_FILES = 32;

function lookAtKernel(config: Answers, facts: Facts): Look {
  const { overcommit, hugePages, hugePagesOfProcess, somaxconn, openFiles } = facts;
  const clients = Number(config.get('maxclients') ?? 0);
  const backlog = Number(config.get('tcp-backlog') ?? 0);
  const findings = [
    ...(overcommit !== null && overcommit !== '1' ? [diagnose('VB807', `vm.overcommit_memory is ${overcommit}`)] : []),
    ...(hugePages?.includes('[always]') === true && hugePagesOfProcess !== '0'
      ? [diagnose('VB808', `/sys/kernel/mm/transparent_hugepage/enabled is ${hugePages}`)]
      : []),
    // What is left is what the server lowered maxclients to (adjustOpenFilesLimit in server.c).
    ...(openFiles !== null && clients === openFiles - OWN_FILES
      ? [diagnose('VB809', `maxclients is ${clients}, because ${openFiles} files may be open`)]
      : []),
    ...(somaxconn !== null && somaxconn < backlog
      ? [diagnose('VB810', `net.core.somaxconn is ${somaxconn}, tcp-backlog ${backlog}`)]
      : []),
  ];
  return { name: 'kernel', summary: `${clients} clients, a queue of ${backlog}`, findings };
}

/** INFO's fields that say whether the data gets onto the disk, and what each is about. */
const PERSISTENCE = [
  ['rdb_last_bgsave_status', 'the last save'],
  ['aof_last_bgrewrite_status', 'the last rewrite of the AOF'],
  ['aof_last_write_status', 'the last write to the AOF'],
] as const;

function lookAtDisk(info: Answers): Look {
  const findings = PERSISTENCE.flatMap(([field, what]) =>
    info.get(field) === 'err' ? [diagnose('VB811', `${what} failed (${field}:err)`)] : [],
  );
  const ways = [info.get('aof_enabled') === '1' ? 'AOF' : '', 'snapshots as `save` says'].filter((way) => way !== '');
  return { name: 'disk', summary: ways.join(', '), findings };
}

/** The cluster's own directive; what its nodes say is `cluster check`'s. */
function lookAtCoverage(config: Answers): Look {
  const isWhole = config.get('cluster-require-full-coverage') === 'yes';
  const findings = isWhole ? [diagnose('VB812', 'cluster-require-full-coverage is yes')] : [];
  return { name: 'coverage', summary: 'a node that is away takes its own keys along', findings };
}
