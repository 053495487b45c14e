import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectBase, collectModule, showArtifacts } from '../../../scripts/image/artifacts.ts';
import type { PlannedModule } from '../../../scripts/image/plan.ts';
import type { LinkedPart } from '../../../scripts/linked/linked-parts.ts';

const module: PlannedModule = {
  name: 'json',
  file: 'libjson.so',
  licence: 'BSD-3-Clause',
  origin: 'https://example.invalid/json',
  tag: '1.0.2',
  version: '1.0.2',
  commit: 'a'.repeat(40),
  id: 'a'.repeat(40),
  memoryPerJob: 512,
  dependencies: [
    {
      name: 'valkey',
      repository: 'https://example.invalid/valkey',
      ref: '9.0.4',
      licence: 'MIT',
      commit: 'b'.repeat(40),
    },
  ],
  floating: [{ name: 'rust', why: 'the toolchain of the day' }],
  linked: { folders: [], leaveOut: [], about: [] },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Lays out what a build left. */
async function left(files: Readonly<Record<string, string>>): Promise<string> {
  const from = join(folder, 'incoming');
  await mkdir(from, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(from, name), text);
  return from;
}

const collecting = { builderImage: 'base@sha256:1', epoch: 1_700_000_000, cratesPinned: false, linked: [] };
const toolchain = 'gcc\tgcc (Debian) 14\nld\tGNU ld 2.44\n';

describe('a module that was built', () => {
  it('is put in the place of the one before, with a record of where it comes from', async () => {
    const to = join(folder, 'json');
    await mkdir(to);
    await writeFile(join(to, 'old'), '');
    const lock = '[[package]]\nname = "libc"\nversion = "0.2.1"\nsource = "registry+https://example.org"\n';
    const from = await left({ 'libjson.so': 'ELF', 'toolchain.tsv': toolchain, 'Cargo.lock': lock });
    const record = await collectModule(module, { ...collecting, from, to });
    expect(record).toMatchObject({
      ...{ module: 'json', commit: 'a'.repeat(40), epoch: 1_700_000_000, size: 3 },
      toolchain: { gcc: 'gcc (Debian) 14', ld: 'GNU ld 2.44' },
      dependencies: [
        { name: 'valkey', version: `9.0.4 ${'b'.repeat(40)}`, pinned: true },
        { name: 'rust', origin: 'the toolchain of the day', version: 'as found', pinned: false },
        { name: 'libc', origin: 'registry+https://example.org', version: '0.2.1', pinned: false },
      ],
    });
    expect(JSON.parse(await readFile(join(to, 'build.json'), 'utf8'))).toEqual(record);
    expect((await readdir(to)).includes('old')).toBe(false);
    expect((await stat(to)).mode & 0o777).toBe(0o755);
  });

  it('has its crates pinned where a Cargo.lock was there before', async () => {
    const lock = '[[package]]\nname = "libc"\nversion = "0.2.1"\nsource = "registry+https://example.org"\n';
    const from = await left({ 'libjson.so': 'ELF', 'toolchain.tsv': toolchain, 'Cargo.lock': lock });
    const record = await collectModule(module, { ...collecting, cratesPinned: true, from, to: join(folder, 'json') });
    expect(record.dependencies.at(-1)).toMatchObject({ name: 'libc', pinned: true });
  });

  it('has the texts of what it is linked with beside it, and names them in its record', async () => {
    const part = (place: string, licence: string | null, ...files: string[]): LinkedPart => ({
      ...{
        part: place,
        name: basename(place),
        repository: 'https://example.invalid/x',
        commit: 'c'.repeat(40),
        root: '',
      },
      ...{ licence, texts: files.map((file) => ({ file, content: Buffer.from([0xe9, 0x0a]) })) },
    });
    const linked = [
      part('dependencies/valkey', null, 'COPYING'),
      part('dependencies/valkey/deps/lua', 'MIT', 'COPYRIGHT', 'LICENSES/MIT'),
      { ...part('cargo/vendor/libc-0.2.1', 'MIT OR Apache-2.0', 'LICENSE-MIT'), repository: null, commit: null },
    ];
    const crate = (name: string) => `[[package]]\nname = "${name}"\nversion = "0.2.1"\nsource = "registry+x"\n`;
    const lock = `${crate('libc')}${crate('winapi')}`;
    const from = await left({ 'libjson.so': 'ELF', 'toolchain.tsv': toolchain, 'Cargo.lock': lock });
    const to = join(folder, 'json');
    const { dependencies } = await collectModule(module, { ...collecting, linked, from, to });
    expect(dependencies).toMatchObject([
      { name: 'valkey', licence: 'MIT', linked: true, texts: ['dependencies/valkey/COPYING'] },
      {
        ...{ name: 'lua', version: 'c'.repeat(40), licence: 'MIT', linked: true },
        texts: ['dependencies/valkey/deps/lua/COPYRIGHT', 'dependencies/valkey/deps/lua/LICENSES/MIT'],
      },
      { name: 'rust' },
      { name: 'libc', licence: 'MIT OR Apache-2.0', linked: true, texts: ['cargo/vendor/libc-0.2.1/LICENSE-MIT'] },
      { name: 'winapi', linked: false },
    ]);
    const text = join(to, 'licences/dependencies/valkey/deps/lua/LICENSES/MIT');
    expect(await readFile(text)).toEqual(Buffer.from([0xe9, 0x0a]));
    expect((await stat(text)).mode & 0o777).toBe(0o644);
  });

  it('is not put in place where its Dockerfile leaves another file than its manifest names', async () => {
    const from = await left({ 'json.so': 'ELF', 'toolchain.tsv': toolchain });
    const collected = collectModule(module, { ...collecting, from, to: join(folder, 'json') });
    await expect(collected).rejects.toMatchObject({ code: 'VP302' });
    expect(await readdir(folder)).toEqual(['incoming']);
  });

  it('is shown with how it is hardened', async () => {
    const readelf = `
  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RW  0x10
  GNU_RELRO      0x002df0 0x0000000000003df0 0x0000000000003df0 0x000210 0x000210 R   0x1
 0x000000006ffffffb (FLAGS_1)            Flags: NOW
     7: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND __stack_chk_fail@GLIBC_2.4 (3)
     8: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (4)
`;
    const from = await left({ 'libjson.so': 'ELF', 'toolchain.tsv': toolchain, 'readelf.txt': readelf });
    const record = await collectModule(module, { ...collecting, from, to: join(folder, 'json') });
    const [, row = ''] = (await showArtifacts(folder, [record])).split('\n');
    expect(row.split(/\s{2,}/)).toEqual(['json', '1.0.2', 'a'.repeat(12), '1', 'yes', 'yes', 'yes', 'yes', 'no']);
  });
});

describe('what is in a base', () => {
  const facts = {
    'packages.tsv': 'libc6\t2.41-12\tamd64\nperl-base\t5.40\tamd64\n',
    'glibc.txt': 'ldd (Debian GLIBC 2.41-12) 2.41\n',
    'valkey.txt': 'Valkey server v=9.0.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n',
  };
  const base = { reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${'1'.repeat(64)}` };

  it('is what its own programs say', async () => {
    expect(await collectBase(await left(facts), folder, base)).toEqual({
      ...base,
      valkey: '9.0.4',
      glibc: '2.41',
      packages: [
        { name: 'libc6', version: '2.41-12', architecture: 'amd64' },
        { name: 'perl-base', version: '5.40', architecture: 'amd64' },
      ],
    });
  });

  it('is not guessed where a program says something else', async () => {
    const from = await left({ ...facts, 'valkey.txt': 'Redis server\n' });
    await expect(collectBase(from, folder, base)).rejects.toThrow('valkey-server --version in the base said');
  });
});
