import { describe, expect, it } from 'vitest';
import { pages } from '../../entrypoint/tool/pages.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';
import { wholeLog } from '../support/valkey-modules.ts';

const containers = useContainers();

describe('the tool in the image', () => {
  it('doctor finds nothing wrong', async () => {
    expect(await containers.run({ command: ['valkey-bundle', 'doctor'] })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('modules lists every module as JSON, and version names the server', async () => {
    const ask = 'valkey-bundle modules --json && echo --- && valkey-bundle version';
    const { exitCode, stdout } = await containers.run({ command: ['sh', '-c', ask] });
    expect(exitCode).toBe(0);
    const [modules = '', version] = stdout.split('---\n');
    expect(JSON.parse(modules).modules).toEqual(
      expect.arrayContaining(
        ['search', 'json', 'bloom', 'ldap'].map((name) =>
          expect.objectContaining({ name, version: expect.any(String) }),
        ),
      ),
    );
    expect(version).toMatch(/Valkey \d+\.\d+\.\d+/);
  });

  it('prints the page of every command, and ends with 0', async () => {
    const script = Object.keys(pages).map((name) => `valkey-bundle ${name} --help && valkey-bundle ${name} -h`);
    const ended = await containers.run({ command: ['sh', '-c', script.join(' && ')] });
    expect([ended.exitCode, ended.stderr]).toEqual([0, '']);
    for (const { usage } of Object.values(pages))
      expect(ended.stdout.split(`Usage: valkey-bundle ${usage}\n`)).toHaveLength(3);
  });
});

describe('the log of a start', () => {
  it('without anything to object to is one line, before the server’s', async () => {
    const server = await containers.serve({ env: { VALKEY_PASSWORD: 'secret' } }, 'secret');
    const { stderr } = await wholeLog(server.container);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('has colours on a terminal, and none with NO_COLOR', async () => {
    const wish = { tty: true, env: { DEBUG: '1' } };
    const colourful = await containers.serve(wish);
    const plain = await containers.serve({ ...wish, env: { ...wish.env, NO_COLOR: '1' } });
    expect(await rawLog(colourful.container.docker)).toContain('\u001b[');
    expect(await rawLog(plain.container.docker)).not.toContain('\u001b[');
  });

  it('has no colours in a file or a pipe', async () => {
    const server = await containers.serve({ env: { DEBUG: '1' } });
    expect((await wholeLog(server.container)).stderr).not.toContain('\u001b[');
  });
});

/** The log up to where the server accepts connections. With a terminal it is one stream as it is. */
async function rawLog(docker: { logs(options: { stdout: true; stderr: true; follow: false }): Promise<Buffer> }) {
  return until('the log says that the server is ready', async () => {
    const text = (await docker.logs({ stdout: true, stderr: true, follow: false })).toString('utf8');
    return text.includes('Ready to accept connections') ? text : undefined;
  });
}
