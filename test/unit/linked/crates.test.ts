import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linkedCrates } from '../../../scripts/linked/crates.ts';
import { problemOf } from '../../support/problem-of.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crates-'));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * The source of a module `own` with a Cargo.toml, and crates beside it; a crate is `Cargo.toml` after its name and
 * version.
 */
async function source(manifest: string, crates: Readonly<Record<string, string>>): Promise<void> {
  await write('tree/Cargo.toml', `[package]\nname = "own"\nversion = "1.0.0"\n${manifest}`);
  for (const [crate, text] of Object.entries(crates)) {
    const [, name, version] = /^(.*)-(\d.*)$/.exec(crate) ?? [];
    const head = `[package]\nname = "${name}"\nversion = "${version}"\n`;
    await write(`cargo/vendor/${crate}/Cargo.toml`, `${head}${text}`);
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/**
 * `own a b`: a package without a source; `a@1.0.0 c`: one of the registry; the rest of the words are its dependencies.
 */
function lockOf(...packages: readonly string[]): string {
  const blocks = packages.map((text) => {
    const [first = '', ...dependencies] = text.split(', ');
    const [name, version] = first.split('@');
    const from = version === undefined ? '' : 'source = "registry+https://github.com/rust-lang/crates.io-index"\n';
    const list = dependencies.map((dependency) => ` "${dependency}",\n`).join('');
    return `[[package]]\nname = "${name}"\nversion = "${version ?? '1.0.0'}"\n${from}dependencies = [\n${list}]\n`;
  });
  return `version = 4\n\n${blocks.join('\n')}`;
}

async function cratesOf(lock: string) {
  await write('cargo/Cargo.lock', lock);
  return linkedCrates(folder, 'amd64');
}
const namesOf = async (lock: string) => (await cratesOf(lock)).map((crate) => crate.folder);

it('what a module depends on is linked, and what that depends on', async () => {
  await source('[dependencies]\na = "1"\n', { 'a-1.0.0': '[dependencies.b]\nversion = "2"\n', 'b-2.1.0': '' });
  expect(await namesOf(lockOf('own, a', 'a@1.0.0, b', 'b@2.1.0'))).toEqual(['a-1.0.0', 'b-2.1.0']);
});

it('what only tests, benchmarks and build scripts use is not, nor what only that needs', async () => {
  const crates = { 'a-1.0.0': '[build-dependencies]\ncc = "1"\n[dev-dependencies]\nrand = "1"\n' };
  await source('[dependencies]\na = "1"\n[dev-dependencies]\nrstest = "1"\n', crates);
  const lock = lockOf('own, a, rstest', 'a@1.0.0, cc', 'cc@1.0.0', 'rstest@1.0.0, rand', 'rand@1.0.0');
  expect(await namesOf(lock)).toEqual(['a-1.0.0']);
});

it('a macro runs in the compiler, with what it needs', async () => {
  await source('[dependencies]\nserde_derive = "1"\n', { 'serde_derive-1.0.0': '[lib]\nproc-macro = true\n' });
  expect(await namesOf(lockOf('own, serde_derive', 'serde_derive@1.0.0, syn', 'syn@2.0.0'))).toEqual([]);
});

it('a crate for another system or another architecture is not linked', async () => {
  const tables = ['cfg(windows)', 'cfg(target_os = "linux")', 'cfg(target_arch = "aarch64")'];
  const manifest = tables.map((target, index) => `[target.'${target}'.dependencies]\nd${index} = "1"\n`).join('');
  await source(manifest, { 'd1-1.0.0': '' });
  expect(await namesOf(lockOf('own, d0, d1, d2', 'd0@1.0.0', 'd1@1.0.0', 'd2@1.0.0'))).toEqual(['d1-1.0.0']);
});

it('a crate that no feature asks for is not in the lock of the one that names it', async () => {
  await source('[dependencies]\na = "1"\n', { 'a-1.0.0': '[dependencies.extra]\nversion = "1"\noptional = true\n' });
  expect(await namesOf(lockOf('own, a', 'a@1.0.0', 'extra@1.0.0'))).toEqual(['a-1.0.0']);
});

it('a crate is known by its own name, whatever the one that uses it calls it', async () => {
  await source('[dependencies]\nother = { package = "a", version = "1" }\n', { 'a-1.0.0': '' });
  expect(await namesOf(lockOf('own, a', 'a@1.0.0'))).toEqual(['a-1.0.0']);
});

it('of two versions the lock says which is meant', async () => {
  await source('[dependencies]\na = "1"\nb = "1"\n', { 'a-1.0.0': '', 'b-1.0.0': '[dev-dependencies]\na = "2"\n' });
  const lock = lockOf('own, a 1.0.0, b', 'a@1.0.0', 'a@2.0.0', 'b@1.0.0, a 2.0.0');
  expect(await namesOf(lock)).toEqual(['a-1.0.0', 'b-1.0.0']);
});

it('packages of the source itself are followed, and are no crates', async () => {
  await source('[dependencies]\ncommon.workspace = true\n[workspace.dependencies]\ncommon = { path = "common" }\n', {
    'a-1.0.0': '',
  });
  await write('tree/common/Cargo.toml', '[package]\nname = "common"\n[dependencies]\na = "1"\n');
  await write('tree/bench/Cargo.toml', '[package]\nname = "bench"\n[dependencies]\nc = "1"\n');
  const lock = lockOf('own, common', 'common, a', 'bench, c', 'a@1.0.0', 'c@1.0.0');
  expect(await namesOf(lock)).toEqual(['a-1.0.0']);
});

it.each([
  ['license = "MIT/Apache-2.0"', { licence: 'MIT OR Apache-2.0', licenceFile: null }],
  ['license = "Apache-2.0 WITH LLVM-exception"', { licence: 'Apache-2.0 WITH LLVM-exception', licenceFile: null }],
  ['license-file = "docs/terms"', { licence: null, licenceFile: 'docs/terms' }],
])('%s is what its Cargo.toml declares', async (said, expected) => {
  await source('[dependencies]\na = "1"\n', { 'a-1.0.0': said });
  expect(await cratesOf(lockOf('own, a', 'a@1.0.0'))).toMatchObject([expected]);
});

it('without a Cargo.lock beside the source there are none', async () => {
  await write('tree/Cargo.toml', '[package]\nname = "own"\n');
  expect(await linkedCrates(folder, 'amd64')).toEqual([]);
});

it.each([
  ['is not there', { 'a-1.0.1': '' }, 'a-1.0.1'],
  ['has a Cargo.toml that is not TOML', { 'a-1.0.0': '[dependencies\n' }, 'a-1.0.0/Cargo.toml'],
  ['has a Cargo.toml of another form', { 'a-1.0.0': '[lib]\nproc-macro = "yes"\n' }, 'a-1.0.0/Cargo.toml'],
])('VP343: a linked crate that %s', async (_, crates, named) => {
  await source('[dependencies]\na = "1"\n', crates);
  const { code, message } = await problemOf(cratesOf(lockOf('own, a', 'a@1.0.0')));
  expect([code, message.includes(named)]).toEqual(['VP343', true]);
});
