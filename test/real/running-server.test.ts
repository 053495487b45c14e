import { beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { useClusterNetwork } from '../support/cluster-network.ts';
import type { ContainerWish, TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

/* A running server is asked as it was started, where it listens, and by nothing that stays behind. */

const containers = useContainers();
const levels = [[], ['--alive'], ['--joined']];

async function started(wish: ContainerWish): Promise<TestContainer> {
  const container = await containers.make(wish);
  await container.start();
  await untilHealthy(container);
  return container;
}

async function untilHealthy(container: TestContainer): Promise<void> {
  let last = '';
  await until(`the server is healthy`, async () => {
    const { exitCode, stderr } = await container.exec('valkey-bundle', 'health');
    last = stderr;
    return exitCode === 0 ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(last, { cause: error });
  });
}

describe('a running server whose configuration is edited', () => {
  let container: TestContainer;
  beforeAll(async () => {
    container = await started({
      command: ['/conf/x.conf'],
      user: '0:0',
      files: { '/conf/x.conf': 'port 7000\nrequirepass secret\ncluster-enabled yes\n' },
    });
  });
  it.each([
    ['to another port', 'echo "port 7001" >/conf/x.conf'],
    ['to another password', 'echo "requirepass other" >/conf/x.conf'],
    ['into an open quote', `echo 'port "7000' >/conf/x.conf`],
    ['to include a missing file', 'echo "include /nosuch.conf" >/conf/x.conf'],
    ['away', 'rm /conf/x.conf'],
  ])('%s is asked as it was started', async (_, edit) => {
    await container.read('sh', '-c', edit);
    for (const level of ['', '--alive']) {
      const { exitCode, stderr } = await container.exec('valkey-bundle', 'health', ...(level === '' ? [] : [level]));
      expect([exitCode, stderr]).toEqual([0, '']);
    }
    // It answers, and knows no other node.
    expect((await container.exec('valkey-bundle', 'health', '--joined')).stderr).toContain('VB603');
    const check = await container.exec('valkey-bundle', 'cluster', 'check', '--timeout', '0');
    expect(check.stderr + check.stdout).not.toMatch(/VB1\d\d|VB70[45]/);
  });
});

describe('any reply of the server is alive', () => {
  it.each(['no', 'yes'])('where it has no place for another connection, in cluster mode: %s', async (cluster) => {
    const container = await started({ command: ['--maxclients', '2', '--cluster-enabled', cluster] });
    const hold =
      'use Socket; for (1..2) { socket my $s, 2, 1, 0; connect $s, pack "S n C4 x8", 2, 6379, 127, 0, 0, 1; syswrite $s, "PING\\r\\n"; sysread $s, $_, 9; push @s, $s } print "held\\n"; sleep 60';
    const holding = container.exec('perl', '-e', hold);
    await until('both places are taken', async () => {
      const { exitCode } = await container.exec('valkey-bundle', 'health');
      return exitCode === 1 ? true : undefined;
    });
    expect(await container.exec('valkey-bundle', 'health', '--alive')).toMatchObject({
      exitCode: 0,
      stdout: 'alive\n',
    });
    expect((await container.exec('valkey-bundle', 'health')).stderr).toContain('max number of clients');
    await container.docker.kill();
    await holding.catch(() => {});
  });
  it('where PING has another name', async () => {
    const container = await started({
      command: ['/x.conf'],
      files: { '/x.conf': 'rename-command PING ""\nrename-command CLUSTER ""\n' },
    });
    for (const level of levels)
      expect(await container.exec('valkey-bundle', 'health', ...level)).toMatchObject({ exitCode: 0 });
  });
  it('where protected mode turns everybody away', async () => {
    const command = 'exec bundle-docker-entrypoint valkey-server --protected-mode yes --bind "$(hostname -i)"';
    const container = await started({ port: 6379, entrypoint: ['sh', '-c', command] });
    const { stdout } = await container.exec('sh', '-c', 'valkey-cli -h "$(hostname -i)" ping');
    expect(stdout).toContain('DENIED');
    for (const level of levels)
      expect(await container.exec('valkey-bundle', 'health', ...level)).toMatchObject({ exitCode: 0 });
  });
});

describe('a server is asked where it listens', () => {
  it.each([
    ['--bind ::', '0'],
    ['--bind ::*', '0'],
    ['--bind -::*', '0'],
    ['--bind -::1 127.0.0.1', '1'],
    ['--bind -::1 127.0.0.1', '0'],
    ['--bind * -::*', '1'],
    ['--bind localhost', '1'],
  ])('%s, with IPv6 off: %s', async (bind, off) => {
    const [option = '', ...words] = bind.split(' ');
    const container = await started({
      command: [option, words.join(' '), '--cluster-enabled', 'yes', '--requirepass', 'secret'],
      sysctls: { 'net.ipv6.conf.all.disable_ipv6': off },
    });
    expect((await container.exec('valkey-bundle', 'health', '--joined')).stderr).toContain('VB603');
    const check = await container.exec('valkey-bundle', 'cluster', 'check', '--timeout', '0');
    expect(check.stderr + check.stdout).not.toMatch(/VB70[45]/);
  });

  const { certificate, key } = selfSigned('test');
  const files = {
    '/data/tls/ca.crt': { text: certificate, uid: 999, mode: 0o444 },
    '/data/tls/tls.key': { text: key, uid: 999, mode: 0o400 },
  };
  const tls = ['--tls-ca-cert-file', 'tls/ca.crt', '--tls-cert-file', 'tls/ca.crt', '--tls-key-file', 'tls/tls.key'];
  it.each<[string, readonly string[]]>([
    ['at a socket with a relative name', ['--port', '0', '--unixsocket', 'v.sock']],
    ['at a socket where it is bound to no address', ['--bind', '', '--unixsocket', 'v.sock']],
    ['over TLS with relative files', ['--port', '0', '--tls-port', '6380', ...tls]],
    ['at its port where it has all three', ['--unixsocket', 'v.sock', '--tls-port', '6380', ...tls]],
  ])('%s', async (_, options) => {
    const container = await started({
      entrypoint: ['bundle-docker-entrypoint', 'valkey-server', '--dir', '/data', ...options],
      files,
      workingDir: '/tmp',
    });
    for (const level of levels)
      expect(await container.exec('valkey-bundle', 'health', ...level)).toMatchObject({ exitCode: 0, stderr: '' });
  });
  it('over TLS, also where its password has been taken away', async () => {
    const options = ['--port', '0', '--tls-port', '6380', ...tls, '--cluster-enabled', 'yes', '--requirepass', 'x'];
    const container = await started({ command: options, files });
    const client = ['valkey-cli', '-p', '6380', '--tls', '--insecure', '--cert', '/data/tls/ca.crt'];
    const set = ['--key', '/data/tls/tls.key', '-a', 'x', 'CONFIG', 'SET', 'requirepass', ''];
    expect((await container.exec(...client, ...set)).stdout).toContain('OK');
    // What it says of the cluster, not that it does not let us ask.
    expect((await container.exec('valkey-bundle', 'health', '--cluster-ok')).stderr).toContain('VB720');
  });
});

describe('the password', () => {
  const network = useClusterNetwork();
  it('is never sent to an address of another machine that the server may be bound to', async () => {
    const other = await network.node('other', { args: ['--requirepass', 'own'], inMemory: true });
    const node = await network.node('n1', {
      args: ['--bind', `-${other.ip} 0.0.0.0`, '--requirepass', 'secret'],
      inMemory: true,
    });
    await until('the server answers', async () =>
      (await node.exec('valkey-bundle', 'health', '--joined')).stderr.includes('VB603') ? true : undefined,
    );
    await node.exec('valkey-bundle', 'cluster', 'check', '--timeout', '0');
    // It would have been refused there, and that is written down.
    const log = await other.exec('valkey-cli', '-a', 'own', '--no-auth-warning', 'ACL', 'LOG');
    expect(log.stdout.trim()).toBe('');
  });
});

describe('a probe', () => {
  /** What runs in the container beside the server and this question. */
  const others = async (container: TestContainer): Promise<string[]> => {
    const script =
      'cd /proc; for n in [0-9]*; do [ $n = 1 ] || [ $n = $$ ] || echo "$n $(cut -d" " -f2,3 $n/stat 2>/dev/null)"; done';
    const stdout = await container.read('bash', '-c', script);
    return stdout.split('\n').filter((line) => line !== '' && !/\((bash|cut)\)/.test(line) && !/^\d+ $/.test(line));
  };
  const { certificate, key } = selfSigned('test');
  const files = { '/ca.crt': certificate, '/tls.key': { text: key, uid: 999, mode: 0o400 } };
  const tls = [
    '--port',
    '0',
    '--tls-port',
    '6380',
    '--tls-ca-cert-file',
    '/ca.crt',
    '--tls-cert-file',
    '/ca.crt',
    '--tls-key-file',
    '/tls.key',
  ];

  it.each<[string, readonly string[]]>([
    ['a plain server', []],
    ['a server that speaks TLS alone', tls],
  ])('of %s that is killed leaves no process behind, whatever it asked', async (_, options) => {
    const container = await started({ command: ['valkey-server', ...options], files });
    await container.docker.kill({ signal: 'SIGSTOP' });
    const asked = [...levels, ['--cluster-ok']].map((level) => container.exec('valkey-bundle', 'health', ...level));
    await until('all ask', async () => ((await others(container)).length >= asked.length ? true : undefined));
    const running = await others(container);
    await container.read(
      'sh',
      '-c',
      `kill -9 ${running.map((line) => line.split(' ')[0]).join(' ')} 2>/dev/null || true`,
    );
    await Promise.allSettled(asked);
    await until('all are gone', async () => ((await others(container)).length === 0 ? true : undefined));
    await container.docker.kill({ signal: 'SIGCONT' });
  });

  it('of a server that is stopped ends by itself before the engine’s limit, and says so', async () => {
    const container = await started({ healthEveryMs: 500 });
    await container.docker.kill({ signal: 'SIGSTOP' });
    await until('a check has said so', async () => {
      const { State } = await container.docker.inspect();
      // On a machine that is slow to start anything, the engine may have been first once.
      return State.Health?.Log?.some(({ ExitCode, Output }) => ExitCode === 1 && Output.includes('VB602')) || undefined;
    });
    await container.docker.kill({ signal: 'SIGCONT' });
  });
});
