import { BUNDLE_PATH, emptyBundle } from '../../../entrypoint/modules/manifest.ts';

interface File {
  readonly text?: string;
  readonly mode?: number;
}

/** What a rehearsed start finds, by path; bytes as latin1, directories with a slash behind them. */
export function files(arch: string): Readonly<Record<string, File>> {
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
