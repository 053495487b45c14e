import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moduleBuild } from '../../modules/schema.ts';
import { type FetchedSource, fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { type LinkedPart, linkedParts } from '../../scripts/linked/linked-parts.ts';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';

/*
 * The parts of a module that is shaped like search: it keeps libraries in third_party, and its build clones grpc, whose
 * third_party has submodules, a folder around a submodule, a folder of grpc's own and rules for a build; and
 * googletest, for its tests.
 */

let remote: GitRemote;
let workspace: TestWorkspace;
/** Fetched once. */
let source: FetchedSource;
let pins: Readonly<Record<'search' | 'grpc' | 'zlib' | 'googletest', string>>;
const repositories: Record<string, GitRepository> = {};
const at = (name: string): GitRepository => {
  const found = repositories[name];
  if (found === undefined) throw new Error(`the test made no repository ${name}`);
  return found;
};

beforeAll(async () => {
  remote = await startGitRemote();
  for (const name of ['search', 'grpc', 'zlib', 'cares', 'googletest']) repositories[name] = await remote.create(name);
  const zlib = await at('zlib').commit({ LICENSE: 'zlib\n', 'zlib.c': '' });
  const cares = await at('cares').commit({ 'LICENSE.md': 'c-ares\n', 'cares.c': '' });
  const googletest = await at('googletest').commit({ 'gtest.cc': '' });
  await at('grpc').commit({
    LICENSE: 'grpc\n',
    'NOTICE.txt': 'grpc authors\n',
    'third_party/cares/config_linux/ares_config.h': '',
    'third_party/xxhash/LICENSE': 'xxhash\n',
    'third_party/xxhash/xxhash.h': '',
    'third_party/py/BUILD': '',
    'third_party/zlib.BUILD': '',
  });
  await at('grpc').submodule('third_party/zlib', at('zlib').url, zlib);
  await at('grpc').submodule('third_party/googletest', at('googletest').url, googletest);
  const grpc = await at('grpc').submodule('third_party/cares/cares', at('cares').url, cares);
  await at('grpc').tag('v1.70.1');
  const search = await at('search').commit({
    LICENSE: 'search\n',
    'third_party/CMakeLists.txt': '',
    'third_party/hnswlib/hnswlib.h': '',
    'third_party/hnswlib/LICENSE': 'hnswlib\n',
    'third_party/snowball/src_c/stem.c': '',
    'third_party/snowball/COPYING': 'snowball\n',
  });
  await at('search').tag('1.0.3');
  pins = { search, grpc, zlib, googletest };
  workspace = await makeWorkspace();
  source = await fetchSearch();
});
afterAll(async () => {
  await workspace.remove();
  await remote.remove();
});
async function fetchSearch(commit = pins.search): Promise<FetchedSource> {
  const dependencies = {
    grpc: { repository: at('grpc').url, ref: 'v1.70.1', pin: 'tag' as const },
    googletest: { repository: at('googletest').url, ref: 'main', pin: 'commit' as const },
  };
  await workspace.module('search', at('search').url, dependencies);
  const line = await workspace.line('9.0', { search: '1.0.3' });
  const { grpc, googletest } = dependencies;
  const locked = await workspace.lock('9.0', {
    search: {
      ...{ kind: 'git', repository: at('search').url, tag: '1.0.3', commit },
      dependencies: {
        grpc: { repository: grpc.repository, ref: grpc.ref, commit: pins.grpc },
        googletest: { repository: googletest.repository, ref: googletest.ref, commit: pins.googletest },
      },
    },
  });
  const options = { patience: shortPatience, aborted: new AbortController().signal, report: () => {} };
  const { search } = await fetchLine(workspace, line, locked, options);
  if (search === undefined) throw new Error('search was not fetched');
  return search;
}

const tests = { parts: ['dependencies/{googletest,grpc/third_party/googletest}'], why: 'for tests' };

/** `linked`: build.linked of the manifest. */
function partsOf(source: FetchedSource, linked: unknown = { leaveOut: [tests] }) {
  const { linked: data } = moduleBuild.parse({ linked });
  const about = { module: 'search', version: '1.0.3', beside: join(workspace.modules, 'search') };
  return linkedParts({ ...about, data, source, architecture: 'amd64' });
}

const texts = (parts: readonly LinkedPart[]) =>
  Object.fromEntries(parts.map(({ part, texts }) => [part, texts.map(({ content }) => content.toString().trim())]));

it('finds clones, their submodules and the folders of third_party, each with its texts, without what is left out', async () => {
  const parts = await partsOf(source);
  expect(texts(parts)).toEqual({
    'dependencies/grpc': ['grpc', 'grpc authors'],
    'dependencies/grpc/third_party/cares/cares': ['c-ares'],
    'dependencies/grpc/third_party/xxhash': ['xxhash'],
    'dependencies/grpc/third_party/zlib': ['zlib'],
    'tree/third_party/hnswlib': ['hnswlib'],
    'tree/third_party/snowball': ['snowball'],
  });
  expect(parts.map(({ name, repository, commit, root }) => [name, repository, commit, root]).slice(-4)).toEqual([
    ['xxhash', at('grpc').url, pins.grpc, 'third_party/xxhash'],
    ['zlib', at('zlib').url, pins.zlib, ''],
    ['hnswlib', at('search').url, pins.search, 'third_party/hnswlib'],
    ['snowball', at('search').url, pins.search, 'third_party/snowball'],
  ]);
});

it('a submodule of the module itself is a part, at its commit', async () => {
  const commit = await at('search').submodule('deps/zlib', at('zlib').url, pins.zlib);
  const parts = await partsOf(await fetchSearch(commit));
  expect(parts.find(({ part }) => part === 'tree/deps/zlib')).toMatchObject({ name: 'zlib', commit: pins.zlib });
});

it('VP341: names every part without a text, and where it lies', async () => {
  const { code, message } = await problemOf(partsOf(source, {}));
  expect([code, message.match(/^ {2}dependencies\S+ /gm)]).toEqual([
    'VP341',
    ['  dependencies/googletest ', '  dependencies/grpc/third_party/googletest '],
  ]);
});

it('takes name, licence and texts from the manifest, where the part does not have them', async () => {
  await writeFile(join(workspace.modules, 'search', 'GOOGLETEST'), 'googletest\n');
  const parts = await partsOf(source, {
    leaveOut: [{ parts: ['dependencies/googletest'], why: 'for tests' }],
    about: [
      { part: 'dependencies/grpc/third_party/googletest', name: 'gtest', texts: ['./GOOGLETEST'] },
      { part: 'tree/third_party/hnswlib', licence: 'Apache-2.0', texts: ['dependencies/grpc/LICENSE'] },
    ],
  });
  expect(parts.find(({ name }) => name === 'gtest')?.texts[0]?.content.toString()).toBe('googletest\n');
  const hnswlib = parts.filter(({ name }) => name === 'hnswlib');
  expect([hnswlib[0]?.licence, texts(hnswlib)]).toEqual(['Apache-2.0', { 'tree/third_party/hnswlib': ['grpc'] }]);
});

it.each([
  ['a file that is not beside the manifest', './NONE'],
  ['a place that the source does not have', 'dependencies/grpc/third_party/zlib/COPYING'],
])('VP341: the manifest names %s', async (_, place) => {
  const about = [{ part: 'tree/third_party/hnswlib', texts: [place] }];
  const { code, message } = await problemOf(partsOf(source, { leaveOut: [tests], about }));
  expect([code, message.includes(place)]).toEqual(['VP341', true]);
});

it.each([
  ['leaveOut', { leaveOut: [tests, { parts: ['dependencies/grpc/third_party/libuv'], why: 'unused' }] }],
  ['about', { leaveOut: [tests], about: [{ part: 'dependencies/grpc/third_party/libuv', licence: 'MIT' }] }],
  [
    'leaveOut, for a folder in which nothing is compiled',
    { leaveOut: [tests, { parts: ['dependencies/grpc/third_party/py'], why: 'rules' }] },
  ],
])('VP342: a part that is not there, under %s', async (_, linked) => {
  expect((await problemOf(partsOf(source, linked))).code).toBe('VP342');
});

it('what counts for other versions of the module is not looked for', async () => {
  const gone = { parts: ['dependencies/benchmark'], why: 'for benchmarks' };
  const leaveOut = [tests, { ...gone, since: '1.2' }, { ...gone, below: '1.0' }];
  expect((await partsOf(source, { leaveOut })).length).toBe(6);
});

it('VP341: a text that leads out of the source is none', async () => {
  const source = await copy();
  await write(source, 'tree/third_party/evil/evil.c', '');
  await symlink('/etc/hostname', join(source.folder, 'tree/third_party/evil/LICENSE'));
  expect((await problemOf(partsOf(source))).code).toBe('VP341');
});

it('takes crates out of cargo/vendor/, with the texts of each, and says which lacks one', async () => {
  const source = await copy();
  const registry = 'source = "registry+https://github.com/rust-lang/crates.io-index"';
  const lock = [
    '[[package]]\nname = "search"\nversion = "1.0.3"\ndependencies = ["libc", "log"]',
    `[[package]]\nname = "libc"\nversion = "0.2.1"\n${registry}`,
    `[[package]]\nname = "log"\nversion = "0.4.1"\n${registry}`,
  ].join('\n');
  await write(source, 'cargo/Cargo.lock', lock);
  await write(source, 'tree/Cargo.toml', '[package]\nname = "search"\n[dependencies]\nlibc = "0.2"\nlog = "0.4"\n');
  await write(
    source,
    'cargo/vendor/libc-0.2.1/Cargo.toml',
    '[package]\nname = "libc"\nlicense = "MIT OR Apache-2.0"\n',
  );
  await write(source, 'cargo/vendor/libc-0.2.1/LICENSE-MIT', 'libc\n');
  await write(source, 'cargo/vendor/log-0.4.1/Cargo.toml', '[package]\nname = "log"\nlicense = "MIT/Apache-2.0"\n');
  const { code, message } = await problemOf(partsOf(source));
  expect([code, message.match(/cargo\/vendor\/\S+/g)]).toEqual(['VP341', ['cargo/vendor/log-0.4.1']]);

  const about = [{ part: 'cargo/vendor/log', texts: ['cargo/vendor/libc-0.2.1/LICENSE-MIT'] }];
  const crates = (await partsOf(source, { leaveOut: [tests], about })).slice(0, 2);
  expect(texts(crates)).toEqual({ 'cargo/vendor/libc-0.2.1': ['libc'], 'cargo/vendor/log-0.4.1': ['libc'] });
  expect(crates.map(({ licence }) => licence)).toEqual(['MIT OR Apache-2.0', 'MIT OR Apache-2.0']);
});

/** The source in a folder of its own, for a test that changes it. */
async function copy(): Promise<FetchedSource> {
  const folder = await mkdtemp(join(workspace.dist, 'copy-'));
  await cp(source.folder, folder, { recursive: true });
  return { ...source, folder };
}

async function write({ folder }: FetchedSource, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
