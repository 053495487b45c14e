import { describe, expect, it } from 'vitest';
import { reportOf } from '../support/bad-input/rows.ts';
import type { ContainerWish, TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';
import { untilLogged } from '../support/valkey-modules.ts';

const containers = useContainers();

const CONF = '/data/s.conf';
const monitor = 'sentinel monitor mine 127.0.0.1 7777 1\n';

function withConf(text: string, command: readonly string[], wish: ContainerWish = {}): ContainerWish {
  return { ...wish, command, files: { [CONF]: { text: `${text}${monitor}`, uid: 999 } } };
}

describe('a sentinel is healthy, and has no modules', () => {
  it.each<[string, number, ContainerWish]>([
    ['on its default port', 26379, withConf('', ['valkey-server', CONF, '--sentinel'])],
    ['past the image’s ENTRYPOINT', 26379, withConf('', [CONF], { entrypoint: ['valkey-sentinel'] })],
    ['on a port of its own', 5000, withConf('port 5000\n', ['valkey-server', CONF, '--sentinel'])],
    [
      'by VALKEY_EXTRA_FLAGS, with a password that it does not use',
      26379,
      withConf('', [CONF], { env: { VALKEY_EXTRA_FLAGS: '--sentinel', VALKEY_PASSWORD: 'unused' } }),
    ],
    ['with a password in its configuration', 26379, withConf('requirepass own\n', ['valkey-sentinel', CONF])],
  ])('%s', async (_, port, wish) => {
    const sentinel = await containers.serve({ ...wish, port, healthEveryMs: 300 });
    const status = await until('the container is healthy or not', async () => {
      const { State } = await sentinel.container.docker.inspect();
      return State.Health === undefined || State.Health.Status === 'starting' ? undefined : State.Health.Status;
    });
    expect(status).toBe('healthy');
    const { exitCode, stdout, stderr } = await sentinel.container.exec('valkey-bundle', 'health', '--joined');
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'joined\n', stderr: '' });
    const { exitCode: alive } = await sentinel.container.exec('valkey-bundle', 'health', '--alive');
    expect(alive).toBe(0);
    const { stdout: log } = await sentinel.container.output();
    expect(log).toContain('Running mode=sentinel');
    expect(log).not.toMatch(/Module '.*' loaded|stand-in/);
  });
});

it('a sentinel with a configuration on standard input has read it', async () => {
  const command = ['valkey-server', CONF, '--sentinel', '-'];
  const files = { [CONF]: { text: 'protected-mode no\n', uid: 999 } };
  const sentinel = await containers.serve({ command, files, stdin: monitor, port: 26379 });
  expect(await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mine')).toEqual(['127.0.0.1', '7777']);
});

describe('the configuration file of a sentinel that is started as root', () => {
  const root = { uid: 0, gid: 0, mode: 0o644 };
  it.each<[string, string, ContainerWish]>([
    [
      'in the data directory, though `dir` is another',
      CONF,
      { command: ['valkey-server', CONF, '--sentinel'], files: { [CONF]: { text: `dir /tmp\n${monitor}`, ...root } } },
    ],
    [
      'in a folder of its own',
      '/opt/sentinel/s.conf',
      {
        command: ['valkey-sentinel', '/opt/sentinel/s.conf'],
        files: { '/opt/sentinel': { directory: true }, '/opt/sentinel/s.conf': { text: monitor, ...root } },
      },
    ],
  ])('%s, is the server’s, and can be written anew', async (_, path, wish) => {
    const sentinel = await containers.serve({ ...wish, user: 'root', port: 26379 });
    expect(await sentinel.call('SENTINEL', 'FLUSHCONFIG')).toBe('OK');
    expect(await sentinel.container.read('cat', path)).toMatch(/^sentinel myid/m);
    expect(await uidOf(sentinel.container, path)).toBe('999');
    expect(await uidOf(sentinel.container, '/proc/1')).toBe('999');
    const { stderr } = await sentinel.container.output();
    expect(reportOf(stderr).codes).not.toContain('VB515');
  });

  it('is said to be lost where it stands in a directory of the system', async () => {
    const files = { '/etc/s.conf': { text: monitor, ...root } };
    const command = ['valkey-sentinel', '/etc/s.conf'];
    const sentinel = await containers.serve({ user: 'root', port: 26379, command, files });
    await untilLogged(sentinel.container, ' VB515: ');
    expect(await uidOf(sentinel.container, '/etc')).toBe('0');
  });

  it('is said to be closed where nothing can be written, and the server ends', async () => {
    const ended = await containers.run({
      user: 'root',
      readOnly: true,
      command: ['valkey-sentinel', '/etc/environment'],
    });
    expect(reportOf(ended.stderr).codes).toContain('VB515');
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stdout).toContain('Sentinel config file /etc/environment is not writable');
  });

  it('is not given through a link', async () => {
    const files = { '/etc/passwd-of-root': { text: monitor, ...root }, [CONF]: { linkTo: '/etc/passwd-of-root' } };
    const container = await containers.make({ user: 'root', command: ['valkey-sentinel', CONF], files });
    await container.start();
    expect(await container.ended()).toBe(1);
    await untilLogged(container, ' VB515: ');
  });
});

it('the file of a sentinel that may not write it is named, under any user', async () => {
  const files = { [CONF]: { text: monitor, mode: 0o644 } };
  const ended = await containers.run({ user: '1234:1234', command: ['valkey-sentinel', CONF], files });
  expect(reportOf(ended.stderr).codes).toContain('VB515');
  expect(ended.exitCode).toBe(1);
});

async function uidOf(container: TestContainer, path: string): Promise<string> {
  return (await container.read('stat', '-c', '%u', path)).trim();
}
