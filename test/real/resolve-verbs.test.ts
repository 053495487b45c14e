import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { putIndex } from '../support/registry-index.ts';
import { rawRepository } from '../support/registry-seed.ts';
import { until } from '../support/until.ts';

const scripts = join(import.meta.dirname, '..', '..', 'scripts');

let registry: TestRegistry;
let remote: GitRemote;
let echo: GitRepository;
let workspace: TestWorkspace;

beforeAll(async () => {
  registry = await startRegistry();
  await putIndex(rawRepository(registry.host, 'valkey/valkey'), '9.0.4-trixie', ['amd64', 'arm64']);
  remote = await startGitRemote();
  echo = await remote.create('echo');
  for (const tag of ['1.0.0', '1.0.1']) {
    await echo.commit({ tag });
    await echo.tag(tag);
  }
});
afterAll(async () => {
  await remote.remove();
  await registry.remove();
});

beforeEach(async () => {
  workspace = await makeWorkspace();
  await workspace.module('echo', echo.url);
  await workspace.line('9.0', { echo: '1.0.0' }, { image: `${registry.host}/valkey/valkey`, tag: '9.0.4-trixie' });
  remote.behave('serve');
  remote.requests();
  await registry.requests('valkey/valkey');
});
afterEach(() => workspace.remove());

function start(verb: 'resolve' | 'fetch', ...args: string[]) {
  return execa(process.execPath, [join(scripts, `${verb}.ts`), ...args], {
    cwd: dirname(workspace.modules),
    reject: false,
    stdin: 'ignore',
  });
}

/** Every file of the workspace, with its time. */
async function snapshot(): Promise<string> {
  return (await execa('find', [join(workspace.modules, '..'), '-printf', '%p %T@\n'])).stdout;
}

describe('the verbs, one after the other', () => {
  it('resolve, fetch, find nothing left to do, and find what is newer', async () => {
    expect(await start('resolve')).toMatchObject({ exitCode: 0 });
    expect(await start('resolve', '--locked')).toMatchObject({ exitCode: 0 });
    expect(await start('fetch')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`9.0 echo ${workspace.dist}`),
    });
    expect(await start('fetch', '--offline', 'echo')).toMatchObject({ exitCode: 0 });
    const checked = await start('resolve', '--check', '--json');
    expect([checked.exitCode, JSON.parse(checked.stdout)]).toEqual([
      0,
      { version: 1, newer: [{ line: '9.0', input: 'echo', kind: 'patch', current: '1.0.0', available: '1.0.1' }] },
    ]);
  });
});

describe('--update --newer', () => {
  it('writes newer patch releases into the published lines, locks them, and lists them', async () => {
    expect(await start('resolve', '--update', '--newer', '--published')).toMatchObject({ exitCode: 0 });
    const read = (path: string): Promise<string> => readFile(path, 'utf8');
    expect(await read(join(workspace.modules, 'releases', '9.0.yaml'))).toContain('1.0.1');
    expect(await read(join(workspace.modules, 'lock.json'))).toContain('"tag": "1.0.1"');
    expect(await read(join(workspace.dist, 'newer.md'))).toBe('- 9.0 echo: 1.0.0 -> 1.0.1\n');
  });
});

describe('--dry-run', () => {
  it.each(['resolve', 'fetch'] as const)('of %s prints the plan, asks nobody and writes nothing', async (verb) => {
    const before = await snapshot();
    const { exitCode, stdout } = await start(verb, '--dry-run');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(echo.url)]);
    if (verb === 'fetch') expect(stdout).toContain('unresolved: run npm run resolve -- --line 9.0');
    expect([await snapshot(), remote.requests(), await registry.requests('valkey/valkey')]).toEqual([before, [], []]);
  });
});

describe('bad input', () => {
  it.each([
    ['an unknown line', 'resolve', ['--line', '9.O'], 65, 'VP103'],
    ['an unknown module', 'fetch', ['ehco'], 65, 'VP104'],
    ['nothing locked', 'fetch', [], 65, 'VP201'],
    ['nothing locked', 'resolve', ['--locked'], 65, 'VP201'],
    ['an unknown option', 'resolve', ['--udpate'], 64, 'VP901'],
    ['options that exclude each other', 'resolve', ['--update', '--locked'], 64, 'VP901'],
    ['what is newer without taking it', 'resolve', ['--newer'], 64, 'VP901'],
    ['a line and all published ones', 'resolve', ['--published', '--line', '9.0'], 64, 'VP901'],
  ] as const)('%s: %s %s ends with %i and %s, without a stack', async (_, verb, args, code, problem) => {
    const { exitCode, stderr } = await start(verb, ...args);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(`${problem} `)]);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(remote.requests()).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  it('ends a fetch from a silent remote at once, with all that it had started', async () => {
    await start('resolve');
    remote.behave('silent');
    remote.requests();
    // With a git that waits for ever, no transfer ends as a stalled one.
    const endless = join(workspace.dist, 'bin');
    await mkdir(endless, { recursive: true });
    const git = (await execa('which', ['git'])).stdout;
    const script = `#!/bin/sh\nunset GIT_HTTP_LOW_SPEED_LIMIT GIT_HTTP_LOW_SPEED_TIME\nexec ${git} "$@"\n`;
    await writeFile(join(endless, 'git'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${endless}:${process.env['PATH']}`);
    const fetching = start('fetch');
    await until('it asks', async () => remote.requests()[0]);
    fetching.kill('SIGINT');
    const { exitCode, stderr } = await fetching;
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('VP905')]);
    const { stdout } = await execa('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(echo.url) && line.includes('git'))).toEqual([]);
    vi.unstubAllEnvs();
    remote.behave('serve');
    expect(await start('fetch')).toMatchObject({ exitCode: 0 });
  });
});
