import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FetchOptions, fetchLine } from '../../scripts/inputs/fetch-line.ts';
import { sourceId } from '../../scripts/inputs/source-folder.ts';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, noPatience, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { longTestMs } from '../support/patience.ts';
import { problemOf } from '../support/problem-of.ts';
import { until } from '../support/until.ts';

let remote: GitRemote;
let workspace: TestWorkspace;
let echo: GitRepository;
let library: GitRepository;
let pins: Record<'echo' | 'library', string>;

beforeAll(async () => {
  remote = await startGitRemote();
  echo = await remote.create('echo');
  library = await remote.create('library');
  // Enough that a pack does not fit into the first bytes of an answer.
  const noise = Array.from({ length: 2000 }, (_, line) => `${line} ${Math.sin(line)}\n`).join('');
  pins = { library: await library.commit({ 'library.h': noise }), echo: '' };
  await echo.commit({ 'echo.c': noise });
  pins.echo = await echo.submodule('library', library.url, pins.library);
  await echo.tag('1.0.0');
});
afterAll(() => remote.remove());

let reported: string[];
beforeEach(async () => {
  workspace = await makeWorkspace();
  reported = [];
  await workspace.module('echo', echo.url);
  await workspace.lock('9.0', { echo: pinned() });
  remote.behave('serve');
  remote.requests();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await workspace.remove();
});

async function fetchEcho(more: Partial<FetchOptions> = {}) {
  const line = await workspace.line('9.0', { echo: '1.0.0' });
  const options: FetchOptions = {
    patience: shortPatience,
    aborted: new AbortController().signal,
    report: (text) => reported.push(text),
    ...more,
  };
  return await fetchLine(workspace, line, workspace.locked('9.0'), options);
}

const pinned = () =>
  ({ kind: 'git', repository: echo.url, tag: '1.0.0', commit: pins.echo, dependencies: {} }) as const;
const folders = () => readdir(join(workspace.dist, 'sources/echo')).catch(() => []);

/** The processes of git that talk to the test's server. */
async function talking(): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((args) => args.includes(echo.url) && args.includes('git'));
}

describe('a remote that stays silent', () => {
  it('is given up after the time that a transfer may stall: VP206, and no git is left behind', async () => {
    remote.behave('silent');
    // The time for the whole of it is never over: only the stall ends each attempt.
    const { code } = await problemOf(fetchEcho({ patience: { ...noPatience, timeoutMs: 2 * longTestMs } }));
    expect(code).toBe('VP206');
    expect(remote.requests()).toHaveLength(noPatience.attempts);
    expect(await talking()).toEqual([]);
  });

  it('is given up after the time for the whole of it, however slowly bytes come', async () => {
    remote.behave('silent');
    const patience = { ...shortPatience, lowSpeedTime: 60, timeoutMs: 500 };
    expect((await problemOf(fetchEcho({ patience }))).code).toBe('VP206');
    expect(await talking()).toEqual([]);
  });

  it('is left at once when the user interrupts, and the next fetch goes on with what was there', async () => {
    const abort = new AbortController();
    const reason = new Error('interrupted');
    const fetching = fetchEcho({
      aborted: abort.signal,
      // The first repository is there; the second one never comes.
      report: (text) => {
        if (text.includes('submodule')) remote.behave('silent');
      },
    }).catch((error: unknown) => error);
    await until(
      'the submodule is asked for',
      async () => remote.requests().some((one) => one.includes('library')) || undefined,
    );
    abort.abort(reason);
    expect(await fetching).toBe(reason);
    expect((await folders()).filter((name) => !name.startsWith('.'))).toEqual([]);

    remote.behave('serve');
    remote.requests();
    await fetchEcho();
    expect(remote.requests().filter((request) => request.includes('/echo.git'))).toEqual([]);
    expect(await folders()).toEqual([sourceId(pinned())]);
  });
});

describe('a connection that is cut in the middle', () => {
  it('is tried again, and what it brought is not used', async () => {
    remote.behave('cut', 3);
    await fetchEcho();
    expect(reported.some((text) => text.includes('trying again'))).toBe(true);
    expect(await folders()).toEqual([sourceId(pinned())]);
  });

  it('again and again is given up: VP206, and nothing is left that could be taken for the source', async () => {
    remote.behave('cut');
    expect((await problemOf(fetchEcho())).code).toBe('VP206');
    expect((await folders()).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});

describe('a remote that asks who we are', () => {
  it('is asked once, and nobody is asked for a password, in no window either: VP207', async () => {
    const [window, opened] = [join(workspace.modules, 'askpass'), join(workspace.modules, 'opened')];
    await writeFile(window, `#!/bin/sh\ntouch ${opened}\necho secret\n`, { mode: 0o755 });
    vi.stubEnv('GIT_ASKPASS', window);
    remote.behave('unauthorized');
    expect((await problemOf(fetchEcho())).code).toBe('VP207');
    expect(remote.requests().length).toBeLessThan(3);
    await expect(access(opened)).rejects.toThrow('ENOENT');
  });
});

describe('a remote that is not there', () => {
  it('is VP206', async () => {
    const repository = 'http://127.0.0.1:1/echo.git';
    await workspace.module('echo', repository);
    await workspace.lock('9.0', {
      echo: { ...pinned(), repository },
    });
    expect((await problemOf(fetchEcho())).code).toBe('VP206');
  });
});
