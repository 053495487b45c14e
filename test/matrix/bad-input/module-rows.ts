import type { Files } from '../../support/docker-tar.ts';
import { elf } from '../../support/elf.ts';
import type { Row } from './row.ts';

const FOUND = '/usr/lib/valkey/x.so';
const NAMED = '/opt/x.so';

interface Damage {
  readonly input: string;
  readonly entry: Files[string];
  readonly code: Row['code'];
  readonly names: readonly string[];
}

function header(options: Parameters<typeof elf>[0]): Files[string] {
  return { text: Buffer.from(elf(options), 'latin1'), mode: 0o755 };
}

const damages: readonly Damage[] = [
  { input: 'an empty module file', entry: { text: '', mode: 0o755 }, code: 'VB305', names: ['empty'] },
  { input: 'a directory for a module', entry: { directory: true }, code: 'VB305', names: ['directory'] },
  { input: 'a module file that is text', entry: { text: 'text', mode: 0o755 }, code: 'VB305', names: ['74 65 78 74'] },
  { input: 'a module file cut off', entry: { text: '\x7fELF\x02\x01', mode: 0o755 }, code: 'VB305', names: ['ELF'] },
  { input: 'a 32-bit module', entry: header({ bits: 32 }), code: 'VB305', names: ['64-bit'] },
  { input: 'a program for a module', entry: header({ type: 2 }), code: 'VB305', names: ['shared object'] },
  { input: 'a module for arm64', entry: header({ machine: 183 }), code: 'VB306', names: ['arm64', 'x64'] },
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

const inDirectory: readonly Row[] = damages.map(({ input, entry, code, names }) => ({
  input: `${input}, in the module directory`,
  wish: { files: { [FOUND]: entry } },
  ...{ code, exitCode: 78, place: FOUND, names: [FOUND, ...names] },
}));

const onLine: readonly Row[] = damages.map(({ input, entry, code, names }) => ({
  input: `${input}, named by a load line`,
  wish: { command: ['/x.conf'], files: { [NAMED]: entry, '/x.conf': `port 6379\nloadmodule ${NAMED}\n` } },
  ...{ code, exitCode: 78, place: '/x.conf:2', names: [NAMED, ...names] },
}));

/** Module files that no server would load, wherever they are named, and directories without modules. */
export const moduleRows: readonly Row[] = [
  ...inDirectory,
  ...onLine,
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
