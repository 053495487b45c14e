import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_PATH, emptyBundle } from '../../entrypoint/modules/manifest.ts';
import type { Program } from './single-executable/record.ts';

/**
 * A start as root with four modules, arguments and a password from the environment, and a configuration like the
 * packaged one: what most starts do. The system is a folder of its own, and the process a stand-in that gives no
 * privileges away.
 */
export function rehearse(program: Program, require: NodeJS.Require, done: () => never): void {
  const root = fs.mkdtempSync(join(tmpdir(), 'valkey-bundle-rehearsal-'));
  try {
    layOut(root);
    const printed: string[] = [];
    const inside = (name: string): unknown => (name === 'node:fs' ? filesUnder(root, printed) : require(name));
    const fake = processOf({
      execve: () => {
        fs.rmSync(root, { recursive: true, force: true });
        return done();
      },
      exit: (code: number) => {
        throw new Error(`the rehearsed start ended with code ${code}:\n${printed.join('')}`);
      },
    });
    program(inside as NodeJS.Require, fake);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

function layOut(root: string): void {
  for (const [path, { text = '', mode = 0o644 }] of Object.entries(files(process.arch))) {
    const to = join(root, path);
    if (path.endsWith('/')) fs.mkdirSync(to, { recursive: true });
    else {
      fs.mkdirSync(join(to, '..'), { recursive: true });
      fs.writeFileSync(to, text, { encoding: 'latin1', mode });
    }
  }
}

/** node:fs with its absolute paths below the root, where nothing is given away; what is printed is kept. */
function filesUnder(root: string, printed: string[]): typeof fs {
  const under = (path: unknown): unknown => (typeof path === 'string' ? `${root}${path}` : path);
  const nothing = (): void => {};
  const own: Record<string, unknown> = {
    chownSync: nothing,
    lchownSync: nothing,
    writeSync: (_: number, text: Buffer) => {
      printed.push(text.toString());
      return text.length;
    },
    realpathSync: {
      native: (path: string) => fs.realpathSync.native(`${root}${path}`).slice(fs.realpathSync(root).length),
    },
  };
  return new Proxy(fs, {
    get: (target, name) => {
      if (typeof name === 'string' && name in own) return own[name];
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (path: unknown, ...rest: unknown[]): unknown => Reflect.apply(value, target, [under(path), ...rest]);
    },
  });
}

/** This process as the first one of a container, root's. */
function processOf(end: Pick<NodeJS.Process, 'exit'> & { readonly execve: () => never }): NodeJS.Process {
  const nothing = (): void => {};
  const own: Record<string, unknown> = {
    argv0: 'bundle-docker-entrypoint',
    argv: ['', '', 'valkey-server', '/etc/valkey/valkey.conf', '--loglevel', 'notice'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      SEARCH_MODULE_ARGS: '--reader-threads 2',
      JSON_MODULE_ARGS: 'max-path-limit 64',
      VALKEY_PASSWORD: 'rehearsal',
    },
    pid: 1,
    execPath: '/usr/local/libexec/valkey/valkey-bundle',
    cwd: () => '/data',
    getuid: () => 0,
    getgid: () => 0,
    setgroups: nothing,
    setgid: nothing,
    setuid: nothing,
    umask: nothing,
    on: nothing,
    ...end,
  };
  // Not a Proxy of the process itself, some of whose properties may not be replaced.
  return new Proxy({} as NodeJS.Process, {
    get: (_, name) => (typeof name === 'string' && name in own ? own[name] : Reflect.get(process, name)),
  });
}

interface File {
  readonly text?: string;
  readonly mode?: number;
}

/** The files that a rehearsed start finds, by path; bytes as latin1, directories with a slash behind them. */
function files(arch: string): Readonly<Record<string, File>> {
  const modules = ['libjson.so', 'libsearch.so', 'libvalkey_bloom.so', 'libvalkey_ldap.so'];
  const shared = { text: elfHeader(arch), mode: 0o755 };
  return {
    ...Object.fromEntries(modules.map((name) => [`/usr/lib/valkey/${name}`, shared])),
    [BUNDLE_PATH]: { text: JSON.stringify({ ...emptyBundle, line: 'rehearsal', valkey: '9.1.0' }) },
    [emptyBundle.server]: { mode: 0o755 },
    '/usr/local/libexec/valkey/valkey-bundle': { mode: 0o755 },
    '/etc/passwd': { text: 'root:x:0:0::/root:/bin/sh\nvalkey:x:999:999::/data:/bin/false\n' },
    '/etc/valkey/valkey.conf': { text: conf },
    '/etc/valkey/conf.d/one.conf': { text: 'hz 10\n' },
    '/proc/cpuinfo': { text: 'flags\t\t: avx2 fma\nFeatures\t: asimd\n' },
    '/dev/urandom': { text: '01234567' },
    '/dev/null': {},
    '/data/appendonlydir/': {},
    '/data/dump.rdb': {},
    '/dev/shm/': {},
    '/run/': {},
    '/tmp/': {},
  };
}

/** The bytes of an ELF header that preflight.ts looks at: class, type and machine. */
function elfHeader(arch: string): string {
  const machine = arch === 'arm64' ? '\xb7' : '\x3e';
  return `\x7fELF\x02${'\0'.repeat(11)}\x03\0${machine}${'\0'.repeat(45)}`;
}

const conf = `# The usual form of 1k 5GB 4M and so forth
#
# By default the server listens for connections from all available network interfaces

dir /data
tcp-keepalive 300
appendfilename "appendonly.aof"
proc-title-template '{title} {listen-addr} {server-mode}'
include /etc/valkey/conf.d/*.conf
client-output-buffer-limit replica 256mb 64mb 60
loadmodule /usr/lib/valkey/libvalkey_bloom.so bloom-capacity 200
`;
