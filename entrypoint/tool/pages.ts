import { exitCodes } from '../diagnostics/catalogue.ts';
import { table } from '../text/table.ts';

/** The page that `--help` prints for one command. */
interface Page {
  readonly usage: string;
  /** For the list of all commands, where the usage is too long for it. */
  readonly short?: string;
  readonly about: string;
  readonly options: ReadonlyArray<readonly [name: string, meaning: string]>;
  readonly example: string;
  /** Numbers that the catalogue explains. */
  readonly exitCodes: readonly number[];
}

const connection: Page['options'] = [
  ['--user U', 'ACL user to ask as'],
  [
    '--password-file F',
    'file with the password; else VALKEY_PASSWORD_FILE, VALKEY_PASSWORD, VALKEYCLI_AUTH, REDISCLI_AUTH',
  ],
  ['--tls', 'speak TLS; any of the three files below says it, too'],
  ['--cacert F', 'certificates (PEM) by which the nodes are known'],
  ['--cert F', 'certificate (PEM) to show to the nodes'],
  ['--key F', 'key (PEM) of that certificate'],
];
const ownNodes = ['--nodes A,B,...', 'nodes to ask, host:port; without it the server of this container'] as const;

/** By the words that name the command. */
const pageByCommand = {
  plan: {
    usage: 'plan [--json|--svg] [--] [command...]',
    about: 'what a start would do; starts nothing',
    options: [
      ['--json', 'as data: docs/plan.md'],
      ['--svg', 'as a picture, for a light and a dark page'],
      ['--', 'what follows is the command, whatever it looks like'],
    ],
    example: 'plan valkey-server /etc/valkey.conf --port 7000',
    exitCodes: [0, 64, 66, 67, 73, 78, 126, 127],
  },
  modules: {
    usage: 'modules [--json]',
    about: 'the modules found, their versions and variables',
    options: [['--json', 'as data: version, modules']],
    example: 'modules --json',
    exitCodes: [0, 64, 78],
  },
  doctor: {
    usage: 'doctor [--json]',
    about: 'looks at this container and at the server that runs in it: modules, access, memory, kernel, disk, cluster',
    options: [['--json', 'as data: version, exitCode, server, checks']],
    example: 'doctor --json',
    exitCodes: [0, 1, 64, 75],
  },
  explain: {
    usage: 'explain <code> | --variables [--json]',
    about: 'the page of a diagnostic, such as VB105; or the variables that are set here and only other images read',
    options: [
      ['--variables', 'each such variable with what says the same here; no value is shown'],
      ['--json', 'the variables as data: version, variables'],
    ],
    example: 'explain VB105',
    exitCodes: [0, 64],
  },
  health: {
    usage: 'health [--alive|--joined|--cluster-ok]',
    about: "asks the running server as it was started (the image's HEALTHCHECK)",
    options: [
      ['--alive', 'it says anything at all, loading its data, too: for liveness'],
      ['--joined', 'it serves and, in cluster mode, knows other nodes: for readiness'],
      ['--cluster-ok', 'it serves and says that its cluster is ok: for people, not for a probe'],
    ],
    example: 'health --joined',
    exitCodes: [0, 1, 64],
  },
  cluster: {
    usage: 'cluster ensure|check|verify-coordinator|backup|restore [option...]',
    short: 'cluster ensure|check|verify-coordinator|backup|restore',
    about: 'forms, checks and saves a cluster: docs/cluster.md, docs/operate/backup.md',
    options: [
      ['ensure', 'makes one healthy cluster of the nodes that are named'],
      ['check', 'whether all nodes agree, and have the same modules'],
      ['verify-coordinator', 'whether search answers for all shards'],
      ['backup', 'saves every shard, checked, under one name'],
      ['restore', 'puts a shard of a backup into an empty data directory'],
    ],
    example: 'cluster ensure --help',
    exitCodes: [0, 1, 64, 66, 73, 75, 78],
  },
  'cluster ensure': {
    usage:
      'cluster ensure --nodes host:port,... [--replicas N] [--timeout S] [--dry-run] [--user U] [--password-file F] [--tls]',
    about: 'makes one healthy cluster of the nodes, whatever state they are in; asks a healthy one and no more',
    options: [
      ['--nodes A,B,...', 'all nodes, host:port'],
      ['--replicas N', 'replicas of each shard; the nodes are shards x (N + 1) (0)'],
      ['--timeout S', 'seconds for every wait (120)'],
      ['--dry-run', 'prints what would be done'],
      ...connection,
    ],
    example: 'cluster ensure --nodes n0:6379,n1:6379,n2:6379 --password-file /run/secrets/valkey',
    exitCodes: [0, 1, 64, 66, 75],
  },
  'cluster check': {
    usage: 'cluster check [--nodes host:port,...] [--json] [--timeout S] [--user U] [--password-file F] [--tls]',
    about: 'whether all nodes of a cluster agree, and have the same modules',
    options: [
      ownNodes,
      ['--json', 'as data'],
      ['--timeout S', 'seconds in which what is not so yet is asked again (5)'],
      ...connection,
    ],
    example: 'cluster check --nodes n0:6379 --json',
    exitCodes: [0, 1, 64, 66, 75],
  },
  'cluster verify-coordinator': {
    usage: 'cluster verify-coordinator [--nodes host:port,...] [--timeout S] [--user U] [--password-file F] [--tls]',
    about: 'whether an index made on one node is on all, and a query to each finds the documents of every shard',
    options: [ownNodes, ['--timeout S', 'seconds for every wait (20)'], ...connection],
    example: 'cluster verify-coordinator --nodes n0:6379',
    exitCodes: [0, 1, 64, 66, 75],
  },
  'cluster backup': {
    usage:
      'cluster backup --to DIR [--nodes host:port,...] [--keep N] [--timeout S] [--user U] [--password-file F] [--tls]',
    about:
      'an RDB file of every shard, checked, in a directory of DIR that has the time as its name; complete or not there',
    options: [
      ['--to D', 'directory of the backups; it has to be there'],
      ownNodes,
      ['--keep N', 'removes older backups, once this one is complete (all are kept)'],
      ['--timeout S', 'seconds for the file of a shard (3600)'],
      ...connection,
    ],
    example: 'cluster backup --nodes n0:6379 --to /backup --keep 7',
    exitCodes: [0, 1, 64, 66, 73, 75, 78],
  },
  'cluster restore': {
    usage:
      'cluster restore --from DIR/NAME --nodes host:port,... --index I [--dry-run] -- <command that starts the server>',
    about:
      'puts shard I of a backup into the empty data directory of a node that has not started; node I then has its slots',
    options: [
      ['--from D', 'directory of one backup'],
      ['--nodes A,B,...', 'all nodes, host:port, in one order for all; those after the last shard stay empty'],
      ['--index I', 'which of them this is, from 0 on'],
      ['--dry-run', 'checks the file, and without --index all files of the backup; changes nothing'],
      ['--', 'what follows starts the server: its data directory, its persistence and its modules count'],
    ],
    example: 'cluster restore --from /backup/20261129T145512Z --dry-run -- valkey-server /etc/valkey/valkey.conf',
    exitCodes: [0, 1, 64, 66, 73, 78],
  },
  resolve: {
    usage: 'resolve [--within MS] [--confirm MS] <name>[=<address>@<bus port>]...',
    short: 'resolve <name>...',
    about: 'addresses of host names, as healing asks for them',
    options: [
      ['--within MS', 'how long names without an address are asked for again (2000)'],
      ['--confirm MS', 'how long names whose address is the known one are asked for again (0)'],
    ],
    example: 'resolve n0.valkey n1.valkey',
    exitCodes: [0, 64, 75],
  },
  version: {
    usage: 'version',
    about: 'versions of this tool, the server and the modules',
    options: [],
    example: 'version',
    exitCodes: [0, 64],
  },
} satisfies Readonly<Record<string, Page>>;

export type CommandName = keyof typeof pageByCommand;

export const pages: Readonly<Record<string, Page>> = pageByCommand;

/** The hint for words that a command does not take. */
export function usageOf(command: CommandName): string {
  return `Usage: valkey-bundle ${pageByCommand[command].usage}`;
}

/** All commands, a line each. */
export function overview(): string {
  const lines = Object.entries(pages)
    .filter(([name]) => !name.includes(' '))
    .map(([, { usage, short = usage, about }]) => [`  valkey-bundle ${short}`, about] as const);
  return `Explains and checks how this image starts Valkey with its modules.\n\n${columns(lines)}\nvalkey-bundle <command> --help shows the page of a command.\n`;
}

export function showPage({ usage, about, options, example, exitCodes: numbers }: Page): string {
  const known = exitCodes.filter(([number]) => numbers.includes(number));
  const sections = [
    `Usage: valkey-bundle ${usage}\n`,
    `${about[0]?.toUpperCase()}${about.slice(1)}.\n`,
    ...(options.length === 0 ? [] : [columns(options.map(([name, meaning]) => [`  ${name}`, meaning]))]),
    `Example:\n  valkey-bundle ${example}\n`,
    `Exit codes:\n${columns(known.map(([number, meaning]) => [`  ${number}`, meaning]))}`,
  ];
  return sections.join('\n');
}

function columns(rows: ReadonlyArray<readonly [string, string]>): string {
  return table(rows)
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * Commands that take words of others: a command, and names that nodes gave themselves. Help is asked for in front of
 * them.
 */
const TAKE_WORDS: ReadonlySet<string> = new Set(['plan', 'resolve']);

/**
 * The page that a command line asks for with `--help` or `-h`, or null. A command of the cluster that does not exist
 * has no page.
 */
export function pageAskedFor([name = '', ...rest]: readonly string[]): Page | null {
  const first = rest.findIndex(isHelp);
  if (first < 0 || (TAKE_WORDS.has(name) && rest.slice(0, first).some((word) => word !== '--json' && word !== '--svg')))
    return null;
  const page = pageOf(name);
  const hasMore = Object.keys(pages).some((key) => key.startsWith(`${name} `));
  return hasMore && first > 0 ? pageOf(`${name} ${rest[0]}`) : page;
}

export function pageOf(name: string): Page | null {
  return Object.hasOwn(pages, name) ? (pages[name] ?? null) : null;
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}
