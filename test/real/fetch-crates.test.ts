import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCargoLock } from '../../scripts/data/cargo-lock.ts';
import type { LockedSource } from '../../scripts/data/lock.ts';
import { fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { resolveLine } from '../../scripts/inputs/resolve-line.ts';
import { checkLocked } from '../../scripts/inputs/resolve-lines.ts';
import { sha256 } from '../../scripts/lib/files.ts';
import { type CratesServer, startCratesServer } from '../support/crates-server.ts';
import { committedAt, type GitRemote, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';

/** Upstream's ldap has a Cargo.lock in its repository, its bloom has none. */
let remote: GitRemote;
let crates: CratesServer;
let workspace: TestWorkspace;
let commits: Record<'own' | 'bare', string>;
let lock: string;
let reported: string[];

const manifest = (name: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nshout = "1"\n`;
const library = '#[no_mangle]\npub extern "C" fn answer() -> i64 {\n    shout::answer()\n}\n';
const hasCargo = spawnSync('cargo', ['--version']).status === 0;

beforeAll(async () => {
  [remote, crates] = await Promise.all([startGitRemote(), startCratesServer()]);
  const [own, bare] = [await remote.create('own'), await remote.create('bare')];
  lock = crates.lock('own', ['shout']);
  const source = { 'src/lib.rs': library };
  commits = {
    own: await own.commit({ ...source, 'Cargo.toml': manifest('own'), 'Cargo.lock': lock }),
    bare: await bare.commit({ ...source, 'Cargo.toml': manifest('bare') }),
  };
  await own.tag('1.0.0');
  await bare.tag('1.0.0');
});
afterAll(async () => {
  await remote.remove();
  await crates.stop();
});

beforeEach(async () => {
  workspace = await makeWorkspace();
  await workspace.module('own', remote.urlOf('own'));
  await workspace.module('bare', remote.urlOf('bare'), {}, { cargoLock: 'kept' });
  vi.stubEnv('VALKEY_BUNDLE_CRATES_MIRROR', crates.mirror);
  vi.stubEnv('CARGO_HOME', crates.cargoHome);
  crates.behave('serve');
  crates.requests();
  reported = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.remove();
});

const options = () => ({
  patience: shortPatience,
  aborted: new AbortController().signal,
  report: (text: string) => void reported.push(text),
});

const pin = (name: 'own' | 'bare', cargoLock?: string): LockedSource => ({
  ...{ kind: 'git', repository: remote.urlOf(name), tag: '1.0.0', commit: commits[name], dependencies: {} },
  ...(cargoLock === undefined ? {} : { cargoLock }),
});

async function fetchModule(name: 'own' | 'bare', cargoLock?: string): Promise<string> {
  const line = await workspace.line('9.0', { [name]: '1.0.0' });
  const locked = await workspace.lock('9.0', { [name]: pin(name, cargoLock) });
  const fetched = await fetchLine(workspace, line, locked, options());
  return fetched[name]?.folder ?? '';
}

const keptPath = () => join(workspace.modules, 'bare', 'Cargo-1.0.0.lock');

/** Builds as a module's Dockerfile does, with the folder of crates where this test has it. Gives the library's size. */
async function build(folder: string, name: string): Promise<number> {
  const into = await mkdtemp(join(tmpdir(), 'cargo-build-'));
  try {
    await cp(join(folder, 'tree'), into, { recursive: true });
    await cp(join(folder, 'cargo'), join(into, '.cargo'), { recursive: true });
    await cp(join(folder, 'cargo/Cargo.lock'), join(into, 'Cargo.lock'));
    const config = await readFile(join(into, '.cargo/config.toml'), 'utf8');
    await writeFile(join(into, '.cargo/config.toml'), config.replace('/.cargo/vendor', `${into}/.cargo/vendor`));
    const env = { CARGO_HOME: join(into, 'home') };
    await execa('cargo', ['build', '--release', '--locked', '--offline'], { cwd: into, env });
    return (await stat(join(into, 'target/release', `lib${name}.so`))).size;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

describe('the crates of a Cargo.lock', () => {
  it('are fetched with the source, each held against its checksum, and have the time of the commit', async () => {
    const folder = await fetchModule('own');
    expect((await readdir(join(folder, 'cargo/vendor'))).sort()).toEqual(['shout-1.0.3', 'whisper-0.2.0+quiet']);
    expect(await readFile(join(folder, 'cargo/Cargo.lock'), 'utf8')).toBe(lock);
    const record = await readFile(join(folder, 'cargo/vendor/shout-1.0.3/.cargo-checksum.json'), 'utf8');
    const shout = readCargoLock(lock).find(({ name }) => name === 'shout');
    expect(JSON.parse(record)).toEqual({ files: {}, package: shout?.checksum });
    const file = await stat(join(folder, 'cargo/vendor/shout-1.0.3/src/lib.rs'));
    expect([file.mtimeMs / 1000, file.mode & 0o777]).toEqual([committedAt, 0o644]);
  });

  it.skipIf(!hasCargo)('are what a real cargo builds with, locked and offline', async () => {
    const folder = await fetchModule('own');
    crates.requests();
    expect(await build(folder, 'own')).toBeGreaterThan(0);
    expect(crates.requests()).toEqual([]);
  });

  it('are not asked for again, also by another release', async () => {
    await fetchModule('own');
    expect(crates.requests()).toHaveLength(2);
    await writeFile(keptPath(), crates.lock('bare', ['shout']));
    await fetchModule('bare', sha256(crates.lock('bare', ['shout'])));
    expect(crates.requests()).toEqual([]);
  });

  it('that come with a cut connection are asked for again', async () => {
    crates.behave('cut', 2);
    expect(await readdir(join(await fetchModule('own'), 'cargo/vendor'))).toHaveLength(2);
    expect(reported.some((text) => text.includes('trying again'))).toBe(true);
  });

  it.each([
    ['other', 'VP224'],
    ['missing', 'VP225'],
    ['cut', 'VP206'],
  ] as const)('that are %s are %s, and the next fetch goes on', async (behaviour, code) => {
    crates.behave(behaviour);
    expect((await problemOf(fetchModule('own'))).code).toBe(code);
    crates.behave('serve');
    expect(await readdir(join(await fetchModule('own'), 'cargo/vendor'))).toHaveLength(2);
  });
});

describe('a Cargo.lock that the project keeps', () => {
  it('is asked for by the lock before anything is fetched: VP201, which names the file and the command', async () => {
    remote.requests();
    const { code, message } = await problemOf(fetchModule('bare'));
    expect([code, remote.requests()]).toEqual(['VP201', []]);
    expect(message).toContain('modules/bare/Cargo-1.0.0.lock');
    expect(message).toContain('npm run resolve');
  });

  it('has to be the one that was locked: VP221, before anything is fetched', async () => {
    remote.requests();
    expect((await problemOf(fetchModule('bare', sha256(lock)))).code).toBe('VP221');
    await writeFile(keptPath(), `${lock}# changed\n`);
    expect((await problemOf(fetchModule('bare', sha256(lock)))).code).toBe('VP221');
    expect(remote.requests()).toEqual([]);
  });

  it.skipIf(!hasCargo)(
    'is chosen by cargo while the line is resolved, stays, and is what the module is built by',
    async () => {
      const line = await workspace.line('9.0', { bare: '1.0.0' });
      await workspace.lock('9.0', {});
      const resolved = await resolveLine(workspace, line, options());
      const kept = await readFile(keptPath(), 'utf8');
      expect(readCargoLock(kept).map(({ name }) => name)).toEqual(['shout', 'whisper']);
      expect(resolved.modules['bare']).toEqual(pin('bare', sha256(kept)));

      await workspace.lock('9.0', resolved.modules);
      crates.requests();
      expect(await resolveLine(workspace, line, options())).toEqual(resolved);
      expect(crates.requests()).toEqual([]);
      expect(checkLocked(workspace, [line], true)).toContain('9.0');
      expect(await build(await fetchModule('bare', sha256(kept)), 'bare')).toBeGreaterThan(0);
    },
  );

  it('is not chosen without cargo: the rest is resolved, and a reader told', async () => {
    await writeFile(join(workspace.modules, 'releases/cargo'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${workspace.modules}/releases:${process.env['PATH']}`);
    const line = await workspace.line('9.0', { bare: '1.0.0' });
    await workspace.lock('9.0', {});
    const { modules } = await resolveLine(workspace, line, options());
    expect(modules['bare']).toEqual(pin('bare'));
    expect(reported.some((text) => text.includes('Cargo-1.0.0.lock'))).toBe(true);
  });
});
