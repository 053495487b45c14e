import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sbomLabel } from '../../scripts/image-line/image-labels.ts';
import { paths } from '../../scripts/lib/image-paths.ts';
import { revisionLabel } from '../../scripts/lib/image-revision.ts';
import type { Architecture } from '../../scripts/pipeline/platform.ts';
import { artifactsPath, type Workspace } from '../../scripts/pipeline/workspace.ts';
import { writeSbom } from '../../scripts/sbom/write-sbom.ts';
import { verifyingCommands } from '../../scripts/sign/cosign-commands.ts';
import { ensureCosign } from '../../scripts/sign/cosign-program.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { type RawRepository, rawRepository } from '../support/registry-seed.ts';
import { builtModule, hex, inputsWith } from '../unit/sbom/fixture.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const architectures: readonly Architecture[] = ['amd64', 'arm64'];

let folder: string;
let workspace: Workspace;
let registry: TestRegistry;
let repository: RawRepository;
let cosign: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-signed-'));
  workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
  await mkdir(workspace.modules);
  for (const architecture of architectures) await layArtifacts(workspace.dist, architecture, hex('a', 40));
  cosign = await ensureCosign();
  for (const name of ['right', 'other']) {
    await execa(cosign, ['generate-key-pair', '--output-key-prefix', join(folder, name)], {
      env: { COSIGN_PASSWORD: '' },
    });
  }
  registry = await startRegistry();
  repository = rawRepository(registry.host, 'a/signed');
}, 180_000);

afterAll(async () => {
  await registry.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Leaves in dist what a build of the module at a commit leaves. */
async function layArtifacts(dist: string, architecture: Architecture, commit: string): Promise<void> {
  const there = { ...workspace, dist };
  const artifacts = artifactsPath(there, '9.0', architecture);
  await mkdir(join(artifacts, 'search'), { recursive: true });
  const { base } = inputsWith([]);
  await writeFile(join(artifacts, 'base.json'), JSON.stringify(base));
  await writeFile(join(artifacts, 'search', 'build.json'), JSON.stringify(builtModule('search', { commit }).record));
  await writeSbom(there, '9.0', architecture);
}

/** The labels that an image gets which is assembled of what lies in dist. */
async function labelsOf(architecture: Architecture): Promise<Record<string, string>> {
  const list = await readFile(join(artifactsPath(workspace, '9.0', architecture), 'sbom.cdx.json'));
  return { [sbomLabel]: createHash('sha256').update(list).digest('hex'), [revisionLabel]: hex('7', 40) };
}

/** An index over one image a platform, as publish makes it. */
async function putIndex(labels = labelsOf): Promise<{ digest: string; images: string[] }> {
  const images = await Promise.all(
    architectures.map(
      async (architecture) => (await repository.putImage(architecture, await labels(architecture))).digest,
    ),
  );
  const manifests = await Promise.all(
    images.map(async (digest, index) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest,
      size: (await repository.bytes(digest))?.length ?? 0,
      platform: { os: 'linux', architecture: architectures[index] },
    })),
  );
  await repository.put('index', indexType, JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  return { digest: (await repository.digest('index')) ?? '', images };
}

const script = join(paths.root, 'scripts', 'sign.ts');

function sign(digest: string, ...options: readonly string[]) {
  const reference = `${registry.host}/a/signed@${digest}`;
  const where = ['--modules', workspace.modules, '--dist', workspace.dist];
  // Without what a workflow would set, wherever the tests run.
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: '', GITHUB_WORKFLOW_REF: '', GITHUB_REF: '', GITHUB_REPOSITORY: '' };
  return execa(process.execPath, [script, '--reference', reference, '--line', '9.0', ...where, ...options], {
    env,
    reject: false,
  });
}

/** Exit codes of what a user runs to verify: signature, list of components, provenance. */
async function verified(digest: string, key: string): Promise<boolean[]> {
  const signer = { kind: 'key', key: '', publicKey: join(folder, `${key}.pub`) } as const;
  const commands = verifyingCommands({ repository: `${registry.host}/a/signed`, digest }, signer, true);
  return Promise.all(commands.map(async (args) => (await execa(cosign, args, { reject: false })).exitCode === 0));
}

/** The predicates of one type that are attested of a digest and verify. */
async function predicates(digest: string, type: string): Promise<Record<string, unknown>[]> {
  const args = ['--key', join(folder, 'right.pub'), '--insecure-ignore-tlog=true', '--allow-http-registry'];
  const { stdout } = await execa(cosign, [
    'verify-attestation',
    '--type',
    type,
    ...args,
    `${registry.host}/a/signed@${digest}`,
  ]);
  const statement = z.looseObject({ predicate: z.record(z.string(), z.unknown()) });
  return stdout.split('\n').map((line) => {
    const { payload } = z.looseObject({ payload: z.string() }).parse(JSON.parse(line));
    return statement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))).predicate;
  });
}

describe('an index that was signed with a key', () => {
  let index: Awaited<ReturnType<typeof putIndex>>;
  let key: string;
  beforeAll(async () => {
    key = join(folder, 'right.key');
    index = await putIndex();
    const { exitCode, stderr } = await sign(index.digest, '--key', key);
    if (exitCode !== 0) throw new Error(stderr);
  });

  it('verifies: signature, list of components and provenance', async () => {
    expect(await verified(index.digest, 'right')).toEqual([true, true, true]);
  });

  it('does not verify by another key', async () => {
    expect(await verified(index.digest, 'other')).toEqual([false, false, false]);
  });

  it('does not make another digest of the repository verify', async () => {
    const { digest } = await repository.putImage('amd64', { other: 'image' });
    expect(await verified(digest, 'right')).toEqual([false, false, false]);
  });

  it('has each image under it signed, with the list of its own architecture', async () => {
    for (const [at, digest] of index.images.entries()) {
      const [signature, components] = await verified(digest, 'right');
      expect([signature, components]).toEqual([true, true]);
      const documents = await predicates(digest, 'cyclonedx');
      expect(documents).toHaveLength(1);
      expect(JSON.stringify(documents[0])).toContain(`"value":"${architectures[at]}"`);
    }
  });

  it('has the lists of both architectures, exactly as they were written', async () => {
    const documents = await predicates(index.digest, 'cyclonedx');
    const written = await Promise.all(
      architectures.map(async (architecture) => {
        const text = await readFile(join(artifactsPath(workspace, '9.0', architecture), 'sbom.cdx.json'), 'utf8');
        const document: unknown = JSON.parse(text);
        return document;
      }),
    );
    expect(documents).toEqual(expect.arrayContaining(written));
    expect(documents).toHaveLength(2);
  });

  it('has a provenance that names the commit of each module, and that which the images say they are of', async () => {
    const [provenance] = await predicates(index.digest, 'slsaprovenance1');
    expect(provenance).toMatchObject({
      buildDefinition: {
        externalParameters: { line: '9.0', platforms: ['linux/amd64', 'linux/arm64'] },
        resolvedDependencies: expect.arrayContaining([
          expect.objectContaining({ name: 'search', digest: { gitCommit: builtModule('search').record.commit } }),
          expect.objectContaining({ name: 'valkey-bundle', digest: { gitCommit: hex('7', 40) } }),
        ]),
      },
    });
  });

  it('is the same after a second run', async () => {
    expect((await sign(index.digest, '--key', key)).exitCode).toBe(0);
    expect(await predicates(index.digest, 'cyclonedx')).toHaveLength(2);
    expect(await predicates(index.digest, 'slsaprovenance1')).toHaveLength(1);
    expect(await verified(index.digest, 'right')).toEqual([true, true, true]);
  });
});

describe('npm run sign', () => {
  it('prints the commands of a dry run, and changes nothing', async () => {
    const { digest, images } = await putIndex();
    const before = await repository.tags();
    const { exitCode, stdout } = await sign(digest, '--dry-run');
    expect(exitCode).toBe(0);
    const commands = stdout.split('\n');
    expect(commands[0]).toBe(`cosign sign --yes --allow-http-registry --recursive ${registry.host}/a/signed@${digest}`);
    expect(commands).toHaveLength(1 + images.length + images.length + 1 + 3);
    expect(commands.at(-1)).toContain('--certificate-oidc-issuer https://token.actions.githubusercontent.com');
    expect(await repository.tags()).toEqual(before);
  });

  it('refuses to sign without a key outside of a workflow: VP622', async () => {
    const { digest } = await putIndex();
    const { exitCode, stderr } = await sign(digest);
    expect(exitCode).toBe(77);
    expect(stderr).toMatch(/^VP622 /);
  });

  it('refuses a digest that is not there: VP402', async () => {
    const { stderr } = await sign(`sha256:${'0'.repeat(64)}`, '--key', join(folder, 'right.key'));
    expect(stderr).toMatch(/^VP402 /);
  });

  it('refuses to sign where a list of components is missing: VP623', async () => {
    const { digest } = await putIndex();
    const { stderr } = await sign(digest, '--key', join(folder, 'right.key'), '--dist', join(folder, 'empty'));
    expect(stderr).toMatch(/^VP623 /);
  });

  describe('refuses with VP624, and attests nothing,', () => {
    const refused = async (digest: string, dist: string, words: RegExp): Promise<void> => {
      const { exitCode, stderr } = await sign(digest, '--key', join(folder, 'right.key'), '--dist', dist);
      expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(words) });
      expect(await verified(digest, 'right')).toEqual([false, false, false]);
    };

    it('where dist has got the list of a later build', async () => {
      const { digest } = await putIndex();
      const dist = join(folder, 'later');
      await layArtifacts(dist, 'amd64', hex('a', 40));
      await layArtifacts(dist, 'arm64', hex('b', 40));
      await refused(digest, dist, /^VP624 .*list of components/);
    });

    it('where only the records are of a later build', async () => {
      const { digest } = await putIndex();
      const dist = join(folder, 'mixed');
      for (const architecture of architectures) {
        const list = join('artifacts', '9.0', architecture, 'sbom.cdx.json');
        await layArtifacts(dist, architecture, hex('b', 40));
        await copyFile(join(workspace.dist, list), join(dist, list));
      }
      await refused(digest, dist, /^VP624 .*records/);
    });

    it('where an image does not say which list it holds', async () => {
      const { digest } = await putIndex(async () => ({}));
      await refused(digest, workspace.dist, /^VP624 .*no label/);
    });
  });

  it('shows what cosign says of a key that it cannot read: VP621', async () => {
    const { digest } = await putIndex();
    const { exitCode, stderr } = await sign(digest, '--key', join(folder, 'no.key'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^VP621 [\s\S]*no\.key/);
  });

  it('names the registry that does not answer: VP501', async () => {
    const args = ['--reference', `127.0.0.1:1/a/b@sha256:${'0'.repeat(64)}`, '--line', '9.0', '--key', 'x'];
    const { stderr } = await execa(process.execPath, [script, ...args], { reject: false });
    expect(stderr).toMatch(/^VP501 /);
  });
});
