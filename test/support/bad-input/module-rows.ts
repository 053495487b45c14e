import type { Files } from '../docker-container.ts';
import { elf } from '../elf.ts';
import { loadableObject } from '../loadable-object.ts';
import type { Row } from './row.ts';

const FOUND = '/usr/lib/valkey/x.so';
const NAMED = '/opt/x.so';

interface Damage {
  readonly input: string;
  readonly entry: Files[string];
  readonly code: Row['code'];
  readonly names: readonly string[];
  readonly twin?: null;
}

function header(options: Parameters<typeof elf>[0]): Files[string] {
  return { text: Buffer.from(elf(options), 'latin1'), mode: 0o755 };
}

/** e_machine of the machine that the containers run on, and of the other one that images are made for (elf(5)). */
const [OWN_MACHINE, OTHER_MACHINE] = process.arch === 'arm64' ? [183, 62] : [62, 183];
/** The recorded host is an x64 machine wherever it is replayed. */
const onX64 = process.arch === 'x64' ? {} : { twin: null };
const forRoot: Files[string] = { text: Buffer.from(elf({ machine: OWN_MACHINE }), 'latin1'), mode: 0o700 };

const library: Files[string] = { text: loadableObject({ machine: OWN_MACHINE, defined: [] }), mode: 0o755 };

const damages: readonly Damage[] = [
  { input: 'an empty module file', entry: { text: '', mode: 0o755 }, code: 'VB305', names: ['empty'] },
  { input: 'a directory for a module', entry: { directory: true }, code: 'VB305', names: ['directory'] },
  { input: 'a module file that is text', entry: { text: 'text', mode: 0o755 }, code: 'VB305', names: ['74 65 78 74'] },
  { input: 'a module file cut off', entry: { text: '\x7fELF\x02\x01', mode: 0o755 }, code: 'VB305', names: ['ELF'] },
  { input: 'a 32-bit module', entry: header({ bits: 32 }), code: 'VB305', names: ['64-bit'] },
  {
    input: 'a program for a module',
    entry: header({ type: 2, machine: OWN_MACHINE }),
    code: 'VB305',
    names: ['shared object'],
    ...onX64,
  },
  {
    input: 'a module for another machine',
    entry: header({ machine: OTHER_MACHINE }),
    code: 'VB306',
    names: ['arm64', 'x64'],
    ...onX64,
  },
  { input: 'a module for a machine without a name', entry: header({ machine: 243 }), code: 'VB306', names: ['243'] },
  {
    input: 'a module without an execute bit',
    entry: { text: Buffer.from(elf(), 'latin1'), mode: 0o644 },
    code: 'VB304',
    names: ['0644'],
  },
  {
    input: 'a module that the user may not read',
    entry: { text: Buffer.from(elf(), 'latin1'), mode: 0o711 },
    code: 'VB303',
    names: ['permission denied'],
  },
  { input: 'a link to nothing for a module', entry: { linkTo: '/none.so' }, code: 'VB302', names: ['does not exist'] },
];

const inDirectory: readonly Row[] = damages.map(({ input, entry, code, names, ...twin }) => ({
  input: `${input}, in the module directory`,
  wish: { files: { [FOUND]: entry } },
  ...{ code, exitCode: 78, place: FOUND, names: [FOUND, ...names] },
  ...twin,
}));

const onLine: readonly Row[] = damages.map(({ input, entry, code, names, ...twin }) => ({
  input: `${input}, named by a load line`,
  wish: { command: ['/x.conf'], files: { [NAMED]: entry, '/x.conf': `port 6379\nloadmodule ${NAMED}\n` } },
  ...{ code, exitCode: 78, place: '/x.conf:2', names: [NAMED, ...names] },
  ...twin,
}));

/** Module files that no server would load, wherever they are named, and directories without modules. */
export const moduleRows: readonly Row[] = [
  ...inDirectory,
  ...onLine,
  {
    input: 'a module that root may read and the server may not, in the module directory',
    wish: { user: 'root', files: { [FOUND]: forRoot } },
    ...{ code: 'VB303', exitCode: 78, place: FOUND, names: [FOUND, 'valkey (uid 999)'] },
    ...onX64,
  },
  {
    input: 'a module that root may read and the server may not, named by a load line',
    wish: {
      ...{ user: 'root', command: ['/x.conf'] },
      files: { [NAMED]: forRoot, '/x.conf': `port 6379\nloadmodule ${NAMED}\n` },
    },
    ...{ code: 'VB303', exitCode: 78, place: '/x.conf:2', names: [NAMED, 'valkey (uid 999)'] },
    ...onX64,
  },
  {
    input: 'a module in a directory that root may enter and the server may not',
    wish: {
      ...{ user: 'root', command: ['valkey-server', '--loadmodule', '/closed/x.so'] },
      files: { '/closed': { directory: true, mode: 0o700 }, '/closed/x.so': header({ machine: OWN_MACHINE }) },
    },
    ...{ code: 'VB303', exitCode: 78, place: 'argv[1]', names: ['/closed/x.so', 'valkey (uid 999)'] },
    twin: null,
  },
  {
    input: 'a library that is no module, named by a load line',
    wish: {
      command: ['/x.conf'],
      files: { [NAMED]: library, '/x.conf': `port 6379\nloadmodule ${NAMED}\n` },
    },
    ...{ code: 'VB310', exitCode: 78, place: '/x.conf:2', names: [NAMED, 'ValkeyModule_OnLoad'] },
    ...onX64,
  },
  {
    input: 'a library that is no module, named by VALKEY_MODULES',
    wish: { files: { [FOUND]: library }, env: { VALKEY_MODULES: 'x' } },
    ...{ code: 'VB310', exitCode: 78, place: 'VALKEY_MODULES', names: [FOUND, 'ValkeyModule_OnLoad'] },
    ...onX64,
  },
  {
    input: 'a library that is no module, in the module directory',
    wish: { files: { [FOUND]: library } },
    ...{ code: null, exitCode: 0 },
    asks: [['valkey-cli MODULE LIST | grep -c /usr/lib/valkey/x.so', /^0$/]],
    ...onX64,
  },
  {
    input: 'a module that is not there, named by an option',
    wish: { command: ['valkey-server', '--loadmodule', '/none.so'] },
    ...{ code: 'VB302', exitCode: 78, place: 'argv[1]', names: ['/none.so'] },
  },
  {
    input: 'a FIFO for a module',
    wish: {
      entrypoint: ['sh', '-c', 'mkfifo -m 755 /tmp/x.so && exec "$0"', 'bundle-docker-entrypoint'],
      env: { MODULE_DIR: '/tmp' },
    },
    ...{ code: 'VB303', exitCode: 78, place: '/tmp/x.so', names: ['/tmp/x.so', 'not a regular file'] },
    twin: { files: { '/tmp/x.so': { special: 'FIFO' } } },
  },
  {
    input: 'two module files that take one variable',
    wish: { files: { '/usr/lib/valkey/libvalkey_search.so': { text: '', mode: 0o755 } } },
    ...{ code: 'VB301', exitCode: 78, place: '/usr/lib/valkey', names: ['libsearch.so', 'libvalkey_search.so'] },
  },
  {
    input: 'a MODULE_DIR that does not exist',
    wish: { env: { MODULE_DIR: '/none' } },
    ...{ code: 'VB207', exitCode: 78, place: 'MODULE_DIR', names: ['/none'] },
  },
  {
    input: 'a file for MODULE_DIR',
    wish: { env: { MODULE_DIR: '/x' }, files: { '/x': '' } },
    ...{ code: 'VB207', exitCode: 78, place: 'MODULE_DIR', names: ['/x', 'not a directory'] },
  },
  {
    input: 'a MODULE_DIR that the user may not list',
    wish: { env: { MODULE_DIR: '/x' }, files: { '/x': { directory: true, mode: 0o700 } } },
    ...{ code: 'VB207', exitCode: 78, place: 'MODULE_DIR', names: ['/x', 'permission denied'] },
    twin: null,
  },
  {
    input: 'a directive of a module that is left out',
    wish: { command: ['/x.conf'], files: { '/x.conf': 'json.max-path-limit 64\n' }, env: { VALKEY_MODULES: 'search' } },
    ...{ code: 'VB415', exitCode: 78, place: '/x.conf:1', names: ['json.max-path-limit'] },
  },
];
