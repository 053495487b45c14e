import { describe, expect, it } from 'vitest';
import { reportOf } from '../support/bad-input/rows.ts';
import type { ContainerWish } from '../support/docker-container.ts';
import { images } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { standIns, untilLogged } from '../support/valkey-modules.ts';

const containers = useContainers();

const FOUND = '/usr/lib/valkey/libplain.so';
const NAMED = '/opt/libplain.so';
/** Debian's own: the first can be executed, the second cannot. */
const folder = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const [library, withoutBit] = [`${folder}/libc.so.6`, `${folder}/libm.so.6`];

function withLibraryAt(path: string, wish: ContainerWish = {}): ContainerWish {
  return { ...wish, files: { ...wish.files, [path]: { linkTo: library } } };
}

function plan(...command: string[]): ContainerWish {
  return { command: ['valkey-bundle', 'plan', '--json', '--', ...command] };
}

describe('a shared object without an OnLoad function', () => {
  it('that was only discovered is left out with a warning, and the server runs without it', async () => {
    const server = await containers.serve(withLibraryAt(FOUND));
    await untilLogged(server.container, ` VB311: ${FOUND} `);
    expect(await server.modules()).toEqual(standIns);
  });

  it('that was only discovered is a warning of doctor and of plan', async () => {
    const doctor = await containers.run(withLibraryAt(FOUND, { command: ['valkey-bundle', 'doctor'] }));
    expect(doctor).toMatchObject({ exitCode: 0, stderr: '' });
    expect(doctor.stdout).toMatch(/^warn module plain\n +VB311 .*libplain\.so/m);
    const planned = await containers.run(withLibraryAt(FOUND, plan()));
    expect(JSON.parse(planned.stdout)).toMatchObject({
      exitCode: 0,
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'VB311', at: FOUND })]),
      modules: expect.arrayContaining([expect.objectContaining({ name: 'plain', decision: 'skipped' })]),
    });
  });

  const conf = `port 6379\nloadmodule ${NAMED}\n`;
  it.each<[string, string, string, ContainerWish]>([
    ['by a load line', '/x.conf:2', NAMED, { command: ['/x.conf'], files: { '/x.conf': conf } }],
    ['by an option', 'argv[1]', NAMED, { command: ['--loadmodule', NAMED] }],
    ['by a load line, in the module directory', 'argv[1]', FOUND, { command: ['--loadmodule', FOUND] }],
    ['by VALKEY_MODULES', 'VALKEY_MODULES', FOUND, { env: { VALKEY_MODULES: 'json, plain' } }],
  ])('that is asked for %s is refused before anything happens', async (_, place, path, wish) => {
    const ended = await containers.run(withLibraryAt(path, wish));
    expect(reportOf(ended.stderr).errors).toMatchObject([{ code: 'VB310', place, hasFix: true }]);
    expect(ended).toMatchObject({ exitCode: 78, stdout: '' });
    expect(ended.log).not.toMatch(/Valkey is starting/);
    if (wish.env !== undefined) return;
    const planned = await containers.run(withLibraryAt(path, { ...wish, ...plan(...(wish.command ?? [])) }));
    expect(JSON.parse(planned.stdout)).toMatchObject({ exitCode: 78, diagnostics: [{ code: 'VB310' }] });
  });

  it('that VALKEY_MODULES leaves out is no matter', async () => {
    const planned = await containers.run(withLibraryAt(FOUND, { ...plan(), env: { VALKEY_MODULES: '-plain' } }));
    expect(JSON.parse(planned.stdout)).toMatchObject({ exitCode: 0, diagnostics: [{ code: 'VB510' }] });
  });

  it('and without an execute bit is refused for that', async () => {
    const ended = await containers.run({ files: { [FOUND]: { linkTo: withoutBit } } });
    expect(reportOf(ended.stderr).errors).toMatchObject([{ code: 'VB304', place: FOUND }]);
  });
});

it.each([images.local, images.test])('every module of the image %s has its OnLoad function', async (image) => {
  const { exitCode, stdout } = await containers.run({ image, command: ['valkey-bundle', 'doctor'] });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ok {3}module /m);
  expect(stdout).not.toMatch(/^(warn|fail) module /m);
});
