import { asBytes, pathOf } from '../../../entrypoint/text/bytes.ts';
import type { ContainerWish, Files } from '../../support/docker-container.ts';
import { moduleFile } from '../../support/elf.ts';
import type { Row } from './row.ts';

const bloom = '/usr/lib/valkey/libvalkey_bloom.so';
const maxmemory = ['valkey-cli CONFIG GET maxmemory', /\b67108864\b/] as const;
const user = 'valkey-cli --raw CONFIG GET primaryuser | od -An -tx1 | tr -d " \\n"';

function conf(text: string | Buffer, others: Files = {}): ContainerWish {
  return { command: ['valkey-server', '/x.conf'], files: { '/x.conf': { text }, ...others } };
}

/** A container that first makes what no archive can carry. */
function after(shell: string, ...command: readonly string[]): ContainerWish {
  return { entrypoint: ['sh', '-c', `${shell} && exec "$0" "$@"`, 'bundle-docker-entrypoint'], command };
}

function lines(count: number, last: string): string {
  const body = Array.from({ length: count - 1 }, (_, index) => (index % 2 === 0 ? `# line ${index + 1}` : 'hz 10'));
  return [...body, last, ''].join('\n');
}

/** Text of which each character is one byte. */
function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

const cafe = pathOf(asBytes('/caf\xe9.conf'));

/** A file that includes the next one, and so on: as many includes as are asked for. */
function chain(length: number, last: string): Files {
  const links = Array.from({ length }, (_, index) => [`/c/${index}`, `hz 10\ninclude /c/${index + 1}\n`] as const);
  return { '/c': { directory: true }, ...Object.fromEntries(links), [`/c/${length}`]: last };
}

const notUtf8 = Buffer.from('# \xff\xfe\nprimaryuser "\xe4\xf6"\nmaxmemory 64mb\n', 'latin1');
const copied = Buffer.concat([notUtf8, Buffer.from(`loadmodule ${bloom}\nloadmodule ${bloom}\n`)]);

/** Configuration files that cannot be read, or are hard to read. */
export const confRows: readonly Row[] = [
  {
    input: 'a configuration file that does not exist',
    wish: { command: ['valkey-server', '/none.conf'] },
    ...{ code: 'VB101', exitCode: 66, place: 'argv[1]', names: ['/none.conf'] },
  },
  {
    input: 'a link to nothing for a configuration file',
    wish: { command: ['/x.conf'], files: { '/x.conf': { linkTo: '/none' } } },
    ...{ code: 'VB101', exitCode: 66, place: 'argv[1]', names: ['/x.conf'] },
  },
  {
    input: 'an included file that does not exist',
    wish: conf('\ninclude /none.conf\n'),
    ...{ code: 'VB101', exitCode: 66, place: '/x.conf:2', names: ['/none.conf'] },
  },
  {
    input: 'a directory for a configuration file',
    wish: { command: ['valkey-server', '/etc'] },
    ...{ code: 'VB103', exitCode: 66, place: 'argv[1]', names: ['/etc'] },
    twin: { files: { '/etc': { directory: true } } },
  },
  {
    input: 'a directory for an included file',
    wish: conf('include /etc\n'),
    ...{ code: 'VB103', exitCode: 66, place: '/x.conf:1', names: ['/etc'] },
    twin: { files: { '/etc': { directory: true } } },
  },
  {
    input: 'a configuration file that the user may not read',
    wish: { command: ['/x.conf'], files: { '/x.conf': { text: 'port 6379\n', mode: 0o600 } } },
    ...{ code: 'VB102', exitCode: 66, place: 'argv[1]', names: ['/x.conf', 'permission denied'] },
  },
  {
    input: 'a configuration file in a directory that the user may not enter',
    wish: { command: ['/c/x.conf'], files: { '/c': { directory: true, mode: 0o700 }, '/c/x.conf': 'port 6379\n' } },
    ...{ code: 'VB102', exitCode: 66, place: 'argv[1]', names: ['/c/x.conf'] },
    twin: null,
  },
  {
    input: 'a configuration file that root may read, and the server may not',
    wish: { command: ['/x.conf'], user: 'root', files: { '/x.conf': { text: 'port 6379\n', mode: 0o600 } } },
    ...{ code: 'VB509', exitCode: 77, place: '/x.conf', names: ['valkey (uid 999)'] },
  },
  {
    input: 'a file that includes itself',
    wish: conf('# first\ninclude /x.conf\n'),
    ...{ code: 'VB104', exitCode: 78, place: '/x.conf:2', names: ['/x.conf -> /x.conf'] },
  },
  {
    input: 'two files that include each other',
    wish: conf('include /y.conf\n', { '/y.conf': 'include /x.conf\n' }),
    ...{ code: 'VB104', exitCode: 78, place: '/y.conf:1', names: ['/x.conf -> /y.conf -> /x.conf'] },
  },
  {
    input: 'a pattern that matches the file in which it stands',
    wish: {
      command: ['/c/x.conf'],
      files: { '/c': { directory: true }, '/c/x.conf': 'include /c/*.conf\n' },
    },
    ...{ code: 'VB104', exitCode: 78, place: '/c/x.conf:1' },
  },
  {
    input: 'includes that are nested 501 deep',
    wish: { command: ['valkey-server', '/c/0'], files: chain(501, 'maxmemory 64mb\n') },
    ...{ code: 'VB110', exitCode: 78, place: '/c/500:2', names: ['500', 'include /c/501'] },
  },
  {
    input: 'includes that are nested 500 deep, the last of which must be copied',
    wish: {
      command: ['valkey-server', '/c/0'],
      files: chain(500, `${`loadmodule ${bloom}\n`.repeat(2)}maxmemory 64mb\n`),
    },
    ...{ code: null, exitCode: 0, asks: [maxmemory] },
  },
  {
    input: 'files that include the next one twice, and so multiply',
    wish: {
      command: ['valkey-server', '/c/0'],
      files: {
        '/c': { directory: true },
        ...Object.fromEntries(
          Array.from({ length: 20 }, (_, index) => [`/c/${index}`, `include /c/${index + 1}\n`.repeat(2)]),
        ),
        '/c/20': 'hz 10\n',
      },
    },
    ...{ code: 'VB110', exitCode: 78, place: '/c/19:1', names: ['10000'] },
  },
  {
    input: 'search.use-coordinator, which is not a directive',
    wish: conf('search.use-coordinator yes\n'),
    ...{ code: 'VB409', exitCode: 78, place: '/x.conf:1', names: ['search.use-coordinator'] },
  },
  {
    input: 'a configuration file of 100,000 lines',
    wish: conf(lines(100_000, 'maxmemory 64mb')),
    ...{ code: null, exitCode: 0, asks: [maxmemory] },
  },
  {
    input: 'a configuration file of 100,000 lines that must be copied',
    wish: conf(`loadmodule ${bloom}\nloadmodule ${bloom} bloom-capacity 300\n${lines(100_000, 'maxmemory 64mb')}`),
    ...{ code: null, exitCode: 0, asks: [maxmemory, ['valkey-cli CONFIG GET bf.bloom-capacity', /\b300\b/]] },
  },
  {
    input: 'a mistake in the last of 100,000 lines',
    wish: conf(lines(100_000, 'maxmemory "64mb')),
    ...{ code: 'VB105', exitCode: 78, place: '/x.conf:100000:11', names: ['maxmemory "64mb'] },
  },
  {
    input: 'a configuration file that is not UTF-8',
    wish: conf(notUtf8),
    ...{ code: null, exitCode: 0, asks: [maxmemory, [user, /0ae4f60a$/]] },
  },
  {
    input: 'a configuration file that is not UTF-8, and must be copied',
    wish: conf(copied),
    ...{ code: null, exitCode: 0, asks: [maxmemory, [user, /0ae4f60a$/]] },
  },
  {
    input: 'an included file whose name is not UTF-8',
    wish: conf(latin1('include /caf\xe9.conf\n'), { [cafe]: 'maxmemory 64mb\n' }),
    ...{ code: null, exitCode: 0, asks: [maxmemory] },
  },
  {
    input: 'the same, in a configuration that must be copied',
    wish: conf(latin1(`include /caf\xe9.conf\n${`loadmodule ${bloom}\n`.repeat(2)}`), { [cafe]: 'maxmemory 64mb\n' }),
    ...{ code: null, exitCode: 0, asks: [maxmemory] },
  },
  {
    input: 'an included file whose name is not UTF-8, and that does not exist',
    wish: conf(latin1('include /caf\xe9.conf\n')),
    ...{ code: 'VB101', exitCode: 66, place: '/x.conf:1', names: ['/caf', '.conf does not exist'] },
  },
  {
    input: 'a mistake in a file whose name is not UTF-8',
    wish: conf('include /c*.conf\n', { [cafe]: 'port "1\n' }),
    ...{ code: 'VB105', exitCode: 78, place: '/caf\\xe9.conf:1:6' },
  },
  {
    input: 'a module whose name is not UTF-8, on a load line and in the module directory',
    wish: {
      ...after('cp /opt/stand-ins/libecho.so "$(printf "/tmp/\\351.so")"', '/x.conf'),
      env: { MODULE_DIR: '/tmp' },
      files: { '/x.conf': { text: latin1('loadmodule /tmp/\xe9.so\nmaxmemory 64mb\n') } },
    },
    ...{ code: null, exitCode: 0, asks: [maxmemory, ['valkey-cli MODULE LIST', /\.so/]] },
    twin: { files: { [pathOf(asBytes('/tmp/\xe9.so'))]: moduleFile() } },
  },
  {
    input: 'a link to /dev/null for a configuration file',
    wish: { command: ['/x.conf'], files: { '/x.conf': { linkTo: '/dev/null' } } },
    ...{ code: null, exitCode: 0, asks: [['valkey-cli PING', /^PONG$/]] },
    twin: { files: { '/dev/null': '' } },
  },
  {
    input: 'a double quote that is not closed',
    wish: conf('port 6379\nmaxmemory "64mb\n'),
    ...{ code: 'VB105', exitCode: 78, place: '/x.conf:2:11', names: ['maxmemory "64mb'] },
  },
  {
    input: 'a single quote that is not closed, in an included file',
    wish: conf('include /y.conf\n', { '/y.conf': "port 6379\nsave '60 1\n" }),
    ...{ code: 'VB105', exitCode: 78, place: '/y.conf:2:6', names: ["save '60 1"] },
  },
  {
    input: 'a quote that is not closed, on standard input',
    wish: { command: ['-'], stdin: 'port 6379\nmaxmemory "64mb\n' },
    ...{ code: 'VB105', exitCode: 78, place: 'stdin:2:11' },
  },
  {
    input: 'a quote that is not closed, in an option',
    wish: { command: ['valkey-server', '--maxmemory "64mb'] },
    ...{ code: 'VB105', exitCode: 78, place: 'argv[1]' },
  },
  {
    input: 'a NUL byte',
    wish: conf('port 6379\nmaxmemory 64\0mb\n'),
    ...{ code: 'VB106', exitCode: 78, place: '/x.conf:2' },
  },
  {
    input: 'a configuration file in UTF-16',
    wish: conf(Buffer.from('port 6379\n', 'utf16le')),
    ...{ code: 'VB106', exitCode: 78, place: '/x.conf:1' },
  },
  {
    input: 'a NUL byte on standard input',
    wish: { command: ['-'], stdin: 'port 6379\n\0' },
    ...{ code: 'VB106', exitCode: 78, place: 'stdin:2' },
  },
  {
    input: 'an include of two words',
    wish: conf('include /a.conf /b.conf\n'),
    ...{ code: 'VB107', exitCode: 78, place: '/x.conf:1' },
  },
  {
    input: 'a load line without a path',
    wish: conf('loadmodule\n'),
    ...{ code: 'VB107', exitCode: 78, place: '/x.conf:1' },
  },
  {
    input: 'a FIFO for a configuration file',
    wish: after('mkfifo /tmp/pipe', 'valkey-server', '/tmp/pipe'),
    ...{ code: 'VB108', exitCode: 66, place: 'argv[1]', names: ['/tmp/pipe', 'FIFO'] },
    twin: { files: { '/tmp/pipe': { special: 'FIFO' } } },
  },
  {
    input: 'a FIFO for an included file',
    wish: { ...after('mkfifo /tmp/pipe', '/x.conf'), files: { '/x.conf': 'include /tmp/pi*\n' } },
    ...{ code: 'VB108', exitCode: 66, place: '/x.conf:1', names: ['/tmp/pipe', 'FIFO'] },
    twin: { files: { '/tmp/pipe': { special: 'FIFO' } } },
  },
  {
    input: 'a device without an end for a configuration file',
    wish: { command: ['valkey-server', '/dev/zero'] },
    ...{ code: 'VB108', exitCode: 66, place: 'argv[1]', names: ['/dev/zero'] },
    twin: { files: { '/dev/zero': { special: 'character device' } } },
  },
];
