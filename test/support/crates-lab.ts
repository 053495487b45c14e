import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { LockedSource } from '../../scripts/data/lock.ts';
import { fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { type CratesServer, startCratesServer } from './crates-server.ts';
import { type GitRemote, startGitRemote } from './git-remote.ts';
import { makeWorkspace, shortPatience, type TestWorkspace } from './git-remote-workspace.ts';

const manifest = (name: string) =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nshout = "1"\n`;
const library = '#[no_mangle]\npub extern "C" fn answer() -> i64 {\n    shout::answer()\n}\n';

/**
 * Two modules in Rust and the crates that they need, for one test file: `own` has a Cargo.lock in its repository, as
 * upstream's ldap, `bare` has none, as its bloom. Call it once at the top.
 */
export function useCrates() {
  let remote: GitRemote;
  let crates: CratesServer;
  let workspace: TestWorkspace;
  let commits: Record<'own' | 'bare', string>;
  let lock: string;
  let reported: string[];

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

  return {
    get remote() {
      return remote;
    },
    get crates() {
      return crates;
    },
    get workspace() {
      return workspace;
    },
    /** The Cargo.lock of `own`. */
    get lock() {
      return lock;
    },
    /** What was reported in this test. */
    get reported() {
      return reported;
    },
    options,
    pin,
    fetchModule,
    keptPath,
  };
}
