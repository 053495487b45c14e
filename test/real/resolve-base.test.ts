import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findNewer } from '../../scripts/inputs/newer.ts';
import { resolveLine } from '../../scripts/inputs/resolve-line.ts';
import { type GitRemote, type GitRepository, startGitRemote } from '../support/git-remote.ts';
import { makeWorkspace, noPatience, shortPatience, type TestWorkspace } from '../support/git-remote-workspace.ts';
import { problemOf } from '../support/problem-of.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { putIndex } from '../support/registry-index.ts';
import { type RawRepository, rawRepository } from '../support/registry-seed.ts';

let registry: TestRegistry;
let repository: RawRepository;
let remote: GitRemote;
let echo: GitRepository;
let workspace: TestWorkspace;

beforeAll(async () => {
  registry = await startRegistry();
  repository = rawRepository(registry.host, 'valkey/valkey');
  remote = await startGitRemote();
  echo = await remote.create('echo');
  for (const tag of ['1.0.2', '1.0.10', '1.1.0', '1.2.0-rc1']) {
    await echo.commit({ tag });
    await echo.tag(tag);
  }
});
afterAll(async () => {
  await registry.remove();
  await remote.remove();
});

beforeEach(async () => {
  workspace = await makeWorkspace();
  await workspace.module('echo', echo.url);
});
afterEach(() => workspace.remove());

const options = { patience: shortPatience, aborted: new AbortController().signal, report: () => {} };
const image = () => `${registry.host}/valkey/valkey`;
const put = (tag: string, architectures = ['amd64', 'arm64']) => putIndex(repository, tag, architectures);
const based = (tag: string, modules = {}) => workspace.line('9.0', modules, { image: image(), tag });

describe('the base image', () => {
  it('is locked by the digest of the exact bytes that its tag leads to', async () => {
    const digest = await put('9.0.4-trixie', ['amd64', 'arm64', 'riscv64']);
    const { base } = await resolveLine(workspace, await based('9.0.4-trixie'), options);
    expect(base).toEqual({ kind: 'image', reference: `${image()}:9.0.4-trixie`, digest });
  });

  it('stays what it was locked as when its tag is rebuilt, until --update', async () => {
    const first = await put('9.0.4-trixie');
    const line = await based('9.0.4-trixie');
    const { base } = await resolveLine(workspace, line, options);
    await workspace.lock('9.0', {}, base);
    const second = await put('9.0.4-trixie');
    expect(second).not.toBe(first);
    expect((await resolveLine(workspace, line, options)).base).toMatchObject({ digest: first });
    expect((await resolveLine(workspace, line, { ...options, update: true })).base).toMatchObject({ digest: second });
  });

  it('with a tag that the registry does not have is VP203, with those that it has', async () => {
    await put('9.0.4-trixie');
    const { code, message } = await problemOf(resolveLine(workspace, await based('9.0.7-trixie'), options));
    expect([code, message.includes('did you mean 9.0.4-trixie?')]).toEqual(['VP203', true]);
  });

  it('that is not made for a platform of the line is VP208', async () => {
    await put('9.0.5-trixie', ['amd64']);
    const { code, message } = await problemOf(resolveLine(workspace, await based('9.0.5-trixie'), options));
    expect([code, message.includes('linux/arm64')]).toEqual(['VP208', true]);
  });

  it('in a registry that does not answer is VP206, after a bounded time', async () => {
    await put('9.0.4-trixie');
    const line = await based('9.0.4-trixie');
    registry.freeze();
    try {
      expect((await problemOf(resolveLine(workspace, line, { ...options, patience: noPatience }))).code).toBe('VP206');
    } finally {
      await registry.start();
    }
  });
});

describe('what is newer', () => {
  it('is a patch of the base, a rebuild of its tag, a patch and a later line of a module; candidates are not', async () => {
    await put('9.0.4-trixie');
    const line = await based('9.0.4-trixie', { echo: '1.0.2' });
    const locked = await resolveLine(workspace, line, options);
    const rebuilt = await put('9.0.4-trixie');
    for (const tag of ['9.0.6-trixie', '9.0.7-alpine', '9.0.8', '9.1.0-trixie', '9.0.9-rc1-trixie']) await put(tag);
    const { newer, failures } = await findNewer(workspace, line, locked, options);
    expect(failures).toEqual([]);
    expect(newer.map(({ input, kind, available }) => [input, kind, available])).toEqual([
      ['base', 'patch', '9.0.6-trixie'],
      ['base', 'rebuild', rebuilt],
      ['echo', 'patch', '1.0.10'],
      ['echo', 'line', '1.1.0'],
    ]);
  });

  it('is still found where another remote does not answer, which is told apart', async () => {
    const line = await workspace.line('9.0', { echo: '1.0.2' });
    const { newer, failures } = await findNewer(workspace, line, undefined, options);
    expect(newer.map(({ input }) => input)).toEqual(['echo', 'echo']);
    expect(failures.map(({ input }) => input)).toEqual(['base']);
  });
});
