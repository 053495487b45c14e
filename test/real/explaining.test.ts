import { describe, expect, it } from 'vitest';
import { pages } from '../../entrypoint/tool/pages.ts';
import type { ContainerWish } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';
import { wholeLog } from '../support/until-logged.ts';

const containers = useContainers();

const setups: ReadonlyArray<readonly [title: string, command: readonly string[], wish: ContainerWish]> = [
  ['nothing', [], {}],
  ['a file and the environment', ['valkey-server', '/x.conf'], fileWith('loadmodule /usr/lib/valkey/libsearch.so\n')],
  [
    'a line twice',
    ['/x.conf', '--hz', '50'],
    fileWith('loadmodule /usr/lib/valkey/libvalkey_bloom.so a 1\nloadmodule /usr/lib/valkey/libvalkey_bloom.so b 2\n'),
  ],
  ['the command line', ['--loadmodule /usr/lib/valkey/libjson.so'], { env: { VALKEY_MODULES: 'none' } }],
];

function fileWith(text: string): ContainerWish {
  return { files: { '/x.conf': text }, env: { SEARCH_MODULE_ARGS: '--reader-threads 3 --use-coordinator' } };
}

describe('valkey-bundle plan --json in a container', () => {
  it.each(setups)('with %s names the loads that the server then has', async (_, command, wish) => {
    const server = await containers.serve({ ...wish, command });
    const { exitCode, stdout } = await server.container.exec('valkey-bundle', 'plan', '--json', '--', ...command);
    const plan: unknown = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    const loaded = Object.values(await server.modules());
    expect(plan).toMatchObject({ version: 1, kind: 'server' });
    expect(loadsOf(plan)).toEqual(expect.arrayContaining(loaded));
    expect(loadsOf(plan)).toHaveLength(loaded.length);
  });

  it('starts nothing, and ends as the start would', async () => {
    const command = ['valkey-bundle', 'plan', '--json', '--', 'valkey-server', '/none.conf'];
    const ended = await containers.run({ command });
    expect(ended.exitCode).toBe(66);
    expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 66, diagnostics: [{ code: 'VB101' }] });
  });
});

describe('the tool in the image', () => {
  it('doctor finds nothing wrong', async () => {
    expect(await containers.run({ command: ['valkey-bundle', 'doctor'] })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('modules lists every module as JSON', async () => {
    const { stdout } = await containers.run({ command: ['valkey-bundle', 'modules', '--json'] });
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining(
        ['search', 'json', 'bloom', 'ldap'].map((name) =>
          expect.objectContaining({ name, version: expect.any(String) }),
        ),
      ),
    );
  });

  it('explain prints the page of a code', async () => {
    const { exitCode, stdout } = await containers.run({ command: ['valkey-bundle', 'explain', 'vb105'] });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('VB105');
  });

  it('version names the server', async () => {
    const { exitCode, stdout } = await containers.run({ command: ['valkey-bundle', 'version'] });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Valkey \d+\.\d+\.\d+/);
  });

  it('prints the page of every command, and ends with 0', async () => {
    const script = Object.keys(pages).map((name) => `valkey-bundle ${name} --help && valkey-bundle ${name} -h`);
    const ended = await containers.run({ command: ['sh', '-c', script.join(' && ')] });
    expect([ended.exitCode, ended.stderr]).toEqual([0, '']);
    for (const { usage } of Object.values(pages))
      expect(ended.stdout.split(`Usage: valkey-bundle ${usage}\n`)).toHaveLength(3);
  });

  it('refuses an unknown command', async () => {
    expect((await containers.run({ command: ['valkey-bundle', 'strat'] })).exitCode).toBe(64);
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

function loadsOf(plan: unknown): unknown {
  return typeof plan === 'object' && plan !== null && 'loads' in plan ? plan.loads : undefined;
}
