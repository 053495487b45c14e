import { describe, expect, it } from 'vitest';
import { useContainers } from '../support/docker-server.ts';

const containers = useContainers();

describe('a command that is not the server', () => {
  it('has the signal masks and dispositions that the engine alone would give it', async () => {
    const script = ['-c', 'grep "^Sig[BIC]" /proc/self/status'];
    const ours = await containers.run({ command: ['sh', ...script] });
    const plain = await containers.run({ entrypoint: ['sh'], command: script });
    expect(ours).toEqual(plain);
    expect(ours.stdout).toMatch(/SigIgn:\t0000000000000000/);
  });

  it('has the limits and descriptors that the engine alone would give it', async () => {
    const script = ['-c', 'cat /proc/self/limits; ls /proc/self/fd'];
    const ours = await containers.run({ command: ['sh', ...script] });
    expect(ours).toEqual(await containers.run({ entrypoint: ['sh'], command: script }));
  });

  it('"yes" in bash is ended by SIGPIPE, quietly', async () => {
    const script = 'set -o pipefail; yes | head -1';
    expect(await containers.run({ command: ['bash', '-c', script] })).toMatchObject({
      exitCode: 141,
      stdout: 'y\n',
      stderr: '',
    });
  });

  it('bash -c "yes | head -1" ends with 0', async () => {
    expect(await containers.run({ command: ['bash', '-c', 'yes | head -1'] })).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  it('gets its arguments and standard input to the letter', async () => {
    const ended = await containers.run({
      command: ['sh', '-c', 'printf "[%s]" "$@"; cat', 'sh', 'a b', '', '--x', 'ü'],
      stdin: 'in',
    });
    expect(ended).toMatchObject({ exitCode: 0, stdout: '[a b][][--x][ü]in', stderr: '' });
  });

  it('ends with its own exit code', async () => {
    expect((await containers.run({ command: ['sh', '-c', 'exit 42'] })).exitCode).toBe(42);
  });

  it('is root where the container is', async () => {
    const ended = await containers.run({ command: ['id', '-u'], user: 'root' });
    expect(ended).toMatchObject({ exitCode: 0, stdout: '0\n', stderr: '' });
  });

  it('gets the whole environment, and nothing more', async () => {
    const env = { NODE_OPTIONS: '--no-such-option', VALKEY_PASSWORD: 'secret', SEARCH_MODULE_ARGS: '"' };
    const ours = await containers.run({ command: ['env'], env });
    const plain = await containers.run({ entrypoint: ['env'], env });
    expect(linesOf(ours.stdout)).toEqual(linesOf(plain.stdout));
    expect(ours.stderr).toBe('');
  });
});

describe('a program that cannot be executed ends with the exit code of a shell', () => {
  it.each([
    ['', 'VB501', 127],
    ['no-such-program', 'VB501', 127],
    ['/etc/passwd', 'VB502', 126],
    ['/etc', 'VB502', 126],
  ])('%j: %s', async (program, code, exitCode) => {
    const ended = await containers.run({ command: [program] });
    expect(ended).toMatchObject({ exitCode, stdout: '' });
    expect(ended.stderr).toContain(`argv[0]: error ${code}:`);
  });
});

describe('NODE_OPTIONS', () => {
  it.each(['--no-such-option', '--require=/none.js', '--inspect-brk'])(
    '%s does not reach the entry point, and the server has it',
    async (value) => {
      // With its title the server writes over the memory that /proc/1/environ shows.
      const server = await containers.serve({ command: ['--set-proc-title', 'no'], env: { NODE_OPTIONS: value } });
      expect(Object.keys(await server.modules()).sort()).toEqual(['bf', 'json', 'ldap', 'search']);
      expect(await server.container.read('cat', '/proc/1/environ')).toContain(`NODE_OPTIONS=${value}\0`);
    },
  );
});

/** The container's name differs from one to the next. */
function linesOf(environment: string): string[] {
  return environment
    .split('\n')
    .filter((line) => !line.startsWith('HOSTNAME='))
    .sort();
}
