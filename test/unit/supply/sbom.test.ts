import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PipelineError } from '../../../scripts/lib/pipeline-error.ts';
import { artifactsPath, paths, type Workspace } from '../../../scripts/lib/workspace.ts';
import { sbomProblems, writeSbom } from '../../../scripts/supply/sbom.ts';
import { builtModule, hex, inputsWith } from './sbom-fixture.ts';

let workspace: Workspace;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'sbom-'));
  workspace = { modules: join(root, 'modules'), dist: join(root, 'dist') };
  await cp(join(paths.root, 'modules', 'json'), join(workspace.modules, 'json'), { recursive: true });
  await put('base.json', inputsWith([]).base);
  await put('json/build.json', builtModule('json').record);
  await lock({
    json: { kind: 'git', repository: 'https://github.com/example/json', tag: '1.0.2', commit: hex('a', 40) },
  });
});

afterEach(() => rm(join(workspace.dist, '..'), { recursive: true }));

async function put(path: string, content: unknown): Promise<void> {
  const file = join(artifactsPath(workspace, '9.0', 'amd64'), path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
}

async function lock(modules: Readonly<Record<string, unknown>>): Promise<void> {
  const base = { kind: 'image', reference: 'docker.io/valkey/valkey:9.0.4', digest: `sha256:${hex('d', 64)}` };
  await writeFile(
    join(workspace.modules, 'lock.json'),
    JSON.stringify({ version: 1, lines: { '9.0': { base, modules } } }),
  );
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
  );
}

it('the document is written beside the records, twice with the same bytes', async () => {
  const path = await writeSbom(workspace, '9.0', 'amd64');
  const first = await readFile(path, 'utf8');
  expect(path).toBe(join(workspace.dist, 'artifacts/9.0/amd64/sbom.cdx.json'));
  expect(first).toContain('pkg:github/example/json@1.0.2');
  expect(await readFile(await writeSbom(workspace, '9.0', 'amd64'), 'utf8')).toBe(first);
});

it('its moment is that of the newest source, as the builds had it', async () => {
  await put('json/build.json', builtModule('json', { epoch: 1_600_000_000 }).record);
  expect(await readFile(await writeSbom(workspace, '9.0', 'amd64'), 'utf8')).toContain('2020-09-13T12:26:40.000Z');
});

it('the crates of a Cargo.lock beside build.json are listed', async () => {
  await put(
    'json/Cargo.lock',
    '[[package]]\nname = "libc"\nversion = "0.2.1"\nsource = "registry+https://example.org"\n',
  );
  expect(await readFile(await writeSbom(workspace, '9.0', 'amd64'), 'utf8')).toContain('pkg:cargo/libc@0.2.1');
});

it('a folder that the lock does not name is left out: it is not in the image', async () => {
  await put('stale/build.json', builtModule('stale').record);
  expect(await readFile(await writeSbom(workspace, '9.0', 'amd64'), 'utf8')).not.toContain('stale');
});

it('a module without a record is VP601', async () => {
  await rm(join(artifactsPath(workspace, '9.0', 'amd64'), 'json'), { recursive: true });
  expect(await codeOf(writeSbom(workspace, '9.0', 'amd64'))).toBe('VP601');
});

it('a line that was never built is VP601', async () => {
  expect(await codeOf(writeSbom(workspace, '9.0', 'arm64'))).toBe('VP601');
});

it.each(['{', '{"module":"json"}'])('a damaged record is VP602: %s', async (text) => {
  await put('json/build.json', text);
  expect(await codeOf(writeSbom(workspace, '9.0', 'amd64'))).toBe('VP602');
});

it('a module built from another commit than the locked one is VP603', async () => {
  await put('json/build.json', builtModule('json', { commit: hex('b', 40) }).record);
  expect(await codeOf(writeSbom(workspace, '9.0', 'amd64'))).toBe('VP603');
});

it('a record that makes an invalid document is VP604, and nothing is written', async () => {
  await put('json/build.json', builtModule('json', { version: 'x'.repeat(2000) }).record);
  expect(await codeOf(writeSbom(workspace, '9.0', 'amd64'))).toBe('VP604');
  const written = readFile(join(artifactsPath(workspace, '9.0', 'amd64'), 'sbom.cdx.json'));
  await expect(written).rejects.toThrow('ENOENT');
});

it('text that is not JSON is said not to be', async () => {
  expect(await sbomProblems('{')).toEqual([expect.stringContaining('not JSON')]);
});

it('a field that the schema does not know is named with its place', async () => {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', surplus: 1 });
  expect(await sbomProblems(text)).not.toEqual([]);
});

it('a wrong serial number is named with its place', async () => {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: 'urn:uuid:1' });
  expect(await sbomProblems(text)).toEqual([expect.stringContaining('/serialNumber')]);
});
