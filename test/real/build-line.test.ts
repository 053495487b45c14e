import { randomInt } from 'node:crypto';
import { access, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'glob';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BuildWorkspace, makeBuildWorkspace } from '../support/build-workspace.ts';
import { fixtureModules as modules } from '../support/fixture-modules.ts';
import { longTestMs } from '../support/patience.ts';
import { until } from '../support/until.ts';

/*
 * Real builds by the verbs themselves, of a line and modules that exist only in a temporary folder: what they need of
 * the project is data. One file, because everything in it shares one toolchain, which takes half of the time.
 */

const names = Object.keys(modules).sort();

// Compilers take their time where other tests have the processors.
vi.setConfig({ testTimeout: 2 * longTestMs });

let workspace: BuildWorkspace;

beforeAll(async () => {
  workspace = await makeBuildWorkspace(modules);
});
afterAll(() => workspace.remove());

const build = (...args: string[]) => workspace.run('build', ...args, '--line', 'own');
const recordOf = async (module: string) =>
  JSON.parse(await readFile(join(workspace.artifacts, module, 'build.json'), 'utf8')) as Record<string, unknown>;
const sums = async () =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await recordOf(name))['sha256']])));
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
/** Stages of a module: what its build gave, is checked and taken out. */
const stagesOf = (module: string): string[] => [`check-${module}`, `module-${module}`, 'stage-3'];
/** The stages of which a step was executed in the last build. */
const executed = async (): Promise<string[]> => {
  const steps = await workspace.executed('build');
  return [...new Set(steps.map((step) => step.split(' ')[0] ?? ''))].sort();
};

describe('npm run build', () => {
  let first: Record<string, unknown>;

  it('builds modules by their Dockerfiles, in a line that no code knows', async () => {
    const { exitCode, stdout, stderr } = await build(...names, '--jobs', '1');
    expect(stderr).not.toContain('VP');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/\s/)[0])).toEqual(['module', ...names]);
    first = await sums();
  });

  it('a script sees as many processors as its jobs, and a cloned dependency is the pinned one', async () => {
    expect(await workspace.log('build')).toContain(' building with 1 jobs\n');
    expect(await recordOf('tally')).toMatchObject({
      licence: 'BSD-3-Clause',
      toolchain: { cmake: expect.stringContaining('cmake version') as unknown },
      dependencies: [
        { name: 'hashing', pinned: true, version: expect.stringMatching(/^main [0-9a-f]{40}$/) as unknown },
      ],
    });
    expect(await readFile(join(workspace.artifacts, 'tally/licences/LICENSE'), 'utf8')).toContain('BSD-3-Clause');
    expect(await isThere(join(workspace.artifacts, 'greeter/Cargo.lock'))).toBe(true);
    expect(await recordOf('greeter')).toMatchObject({
      dependencies: ['shout', 'whisper'].map((name) => ({ name, pinned: true })),
    });
  });

  it('a module is stripped, executable, and keeps no path of its build', async () => {
    const path = join(workspace.artifacts, 'tally/libtally.so');
    const bytes = await readFile(path, 'latin1');
    // The source names its own file, which the compiler was told to call by its path in the tree.
    expect(bytes.includes('src/tally.cpp')).toBe(true);
    expect(bytes.includes('/src/src/')).toBe(false);
    // Only the table of symbols that strip removes names this one.
    expect(bytes.includes('counting.cpp')).toBe(false);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });

  it('with nothing changed executes nothing, also where a file of the source has another time', async () => {
    const [dice = ''] = await glob('sources/dice/*/tree/dice.c', { cwd: workspace.dist, absolute: true });
    await utimes(dice, new Date(), new Date());
    expect((await build(...names)).exitCode).toBe(0);
    expect(await executed()).toEqual([]);
    expect(await sums()).toEqual(first);
  });

  it('compiled anew, without any cache, gives the same bytes', async () => {
    const { exitCode } = await build(...names, '--no-cache');
    expect(exitCode).toBe(0);
    expect(await executed()).toEqual(expect.arrayContaining(names.map((name) => `module-${name}`)));
    expect((await executed()).filter((stage) => stage.startsWith('toolchain'))).toEqual([]);
    expect(await sums()).toEqual(first);
  });

  it('one module changed: only its stages are executed, also where no artifact is left, and with other jobs', async () => {
    const mark = randomInt(1000, 1_000_000);
    await workspace.commit('marker', {
      'src/mark.h': `#define EXTRA ${mark}\n`,
      'src/marker.c': await changedMarker(),
    });
    const alone = await build(...names);
    expect(alone.exitCode).toBe(0);
    expect(await executed()).toEqual(stagesOf('marker'));
    const { marker, ...others } = await sums();
    expect(others).toEqual(Object.fromEntries(Object.entries(first).filter(([name]) => name !== 'marker')));
    expect(marker).not.toBe(first['marker']);

    await workspace.commit('marker', { 'src/mark.h': `#define EXTRA ${mark + 1}\n` });
    await rm(workspace.artifacts, { recursive: true });
    expect((await build(...names, '--jobs', '4')).exitCode).toBe(0);
    expect(await executed()).toEqual(stagesOf('marker'));
  });

  it('a failing build names stage, output, log and the command that repeats it, and leaves what was there', async () => {
    const before = await sums();
    await workspace.commit('dice', { 'dice.c': 'int broken(void) { return undeclared_thing; }\n' });
    const { exitCode, stderr } = await build(...names);
    expect(exitCode).toBe(1);
    // BuildKit's own last lines stand right before what we say.
    expect(stderr).toMatch(/^ > \[dice module-dice .*$[^#]*undeclared_thing[^#]*^VP301 module-dice: .*exit code 1$/m);
    expect(stderr).toMatch(/log: \S+\/logs\/build-own-\w+\.log$/m);
    expect(stderr).toMatch(/npm run build -- dice --line own --platform \S+$/m);
    expect(await workspace.log('build')).toContain('undeclared_thing');
    expect(await sums()).toEqual(before);
    await workspace.commit('dice', { 'dice.c': await fixture('dice/dice.c') });
  });

  const made = "./build.sh 'my out'";
  const [out, taken] = ["'my out/dice.so'", "sh /tools/finish.sh 'my out/dice.so'"];
  // Names a version of a symbol, which the linker writes down.
  const calling = `echo 'int puts(const char *); int say(void) { return puts(""); }' >>dice.c`;
  it.each([
    ['VP302', 'the file that its Dockerfile takes is not there', taken, 'sh /tools/finish.sh build/dice.so'],
    ['VP302', 'it has another name than the manifest says', /dice\.so (?=LICENSE)|dice\.so$/gm, 'die.so '],
    [
      'VP303',
      'it is made for another machine',
      made,
      `${made} && printf '\\001' | dd of=${out} bs=1 seek=18 conv=notrunc`,
    ],
    ['VP304', 'the server would find no OnLoad in it', 'SIDES=20', 'CFLAGS=-DValkeyModule_OnLoad=other SIDES=20'],
    ['VP305', 'it needs a library that the base does not have', taken, `ADD_NEEDED=libgone.so.1 ${taken}`],
    [
      'VP306',
      'it needs a newer library than the base has',
      `SIDES=20 ${made}`,
      `${calling} && SIDES=20 ${made} && sed -i 's/GLIBC_2[.][0-9]/GLIBC_9.9/' ${out}`,
    ],
    ['VP307', 'it is not a shared library', taken, "sh /tools/finish.sh 'my out/dice.o'"],
    ['VP307', 'it is no object at all', taken, 'sh /tools/finish.sh build.sh'],
  ])('%s: a module is not put in place where %s', async (code, _, text, by) => {
    const before = await sums();
    await workspace.rewrite('dice', text, by);
    const { exitCode, stderr } = await build('dice');
    await workspace.rewrite('dice', '', '');
    expect(stderr).toMatch(new RegExp(`^${code} `, 'm'));
    expect(exitCode).toBe(1);
    expect(await sums()).toEqual(before);
  });

  it('a build that leaves no such file tells which there are', async () => {
    await workspace.rewrite('dice', taken, 'sh /tools/finish.sh build/dice.so');
    expect((await build('dice')).stderr).toContain('./my out/dice.so');
    await workspace.rewrite('dice', '', '');
  });

  it('a clone that the lock does not name fails by its address, also where the build drops what git says and goes on', async () => {
    const asked = [
      'https://example.invalid/later/re2.git',
      'ssh://git@example.invalid/later/zlib',
      'git@example.invalid:later/icu',
    ];
    const clones = asked.map((url) => `\tgit clone --depth=1 ${url} later >/dev/null 2>&1 || true\n`).join('');
    const { exitCode, stderr } = await buildMarker(clones);
    expect([exitCode, stderr.match(/VP\d+/g)?.[0]]).toEqual([1, 'VP321']);
    for (const url of asked) expect(stderr).toContain(url);
  });

  it('a download fails, and says that the build asked for the network', async () => {
    const script = `file(DOWNLOAD https://example.invalid/icu.zip icu.zip STATUS was)\nmessage(FATAL_ERROR "\${was}")\n`;
    const { exitCode, stderr } = await buildMarker('\tcmake -P download.cmake\n', { 'download.cmake': script });
    expect([exitCode, /^VP\d+ module-marker/m.exec(stderr)?.[0]]).toEqual([1, 'VP322 module-marker']);
  });

  it('interrupted, it ends what it started, leaves no half artifact, and goes on the next time', async () => {
    const before = await sums();
    const running = workspace.start('build', 'tally', '--line', 'own', '--no-cache');
    let said = '';
    running.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until('the compiler runs', async () => /module-tally .*cmake --build/.test(said) || undefined);
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('VP905');
    expect(stderr).not.toContain('VP301');
    expect(await isThere(join(workspace.artifacts, '.incoming'))).toBe(false);
    expect(await isThere(join(workspace.artifacts, '.lock'))).toBe(false);
    expect(await sums()).toEqual(before);
    expect((await build('tally')).exitCode).toBe(0);
  });

  it('refuses a part of others without a licence text, naming it and where it lies, before anything is compiled', async () => {
    await workspace.commit('marker', { 'third_party/marks/LICENSE': '' });
    const { exitCode, stderr } = await build('marker');
    expect(exitCode).toBe(65);
    expect(stderr).toMatch(/^VP341 \S+\/marker\/module\.yaml: marker 1\.0\.0/m);
    expect(stderr).toMatch(/^ +tree\/third_party\/marks \(marks\)/m);
    expect(stderr).not.toContain('module-marker');
  });

  it('refuses what is not pinned, before it does anything', async () => {
    await workspace.describe('marker', {
      ...modules.marker,
      dependencies: modules.tally.dependencies,
    });
    const { exitCode, stderr } = await build('marker');
    expect(exitCode).toBe(65);
    expect(stderr).toContain('VP201');
    await workspace.describe('marker', modules.marker);
  });
});

/** The module marker, which has no dependencies, with more in its build; what was there is put back. */
async function buildMarker(recipe: string, files: Readonly<Record<string, string>> = {}): ReturnType<typeof build> {
  const makefile = await fixture('marker/Makefile');
  await workspace.commit('marker', {
    ...files,
    Makefile: makefile.replace('\t$(CC)', () => `${recipe}\t$(CC)`),
  });
  const ended = await build('marker');
  await workspace.commit('marker', { Makefile: makefile });
  return ended;
}

function fixture(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, '../fixtures/modules', path), 'utf8');
}

/** MARK answers with what src/mark.h adds, so that an old build would be noticed. */
async function changedMarker(): Promise<string> {
  const source = await fixture('marker/src/marker.c');
  return source
    .replace('#include "../module.h"', '#include "../module.h"\n#include "mark.h"')
    .replace('MARK : -1', 'MARK + EXTRA : -1');
}
