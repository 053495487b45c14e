import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import * as z from 'zod';
import { labels } from '../../scripts/image/labels.ts';
import { sbomLabel } from '../../scripts/image-line/image-labels.ts';
import { paths } from '../../scripts/lib/image-paths.ts';
import type { Architecture } from '../../scripts/pipeline/platform.ts';
import { artifactsPath, type Workspace } from '../../scripts/pipeline/workspace.ts';
import { writeSbom } from '../../scripts/sbom/write-sbom.ts';
import { ensureCosign, verifyingCommands } from '../../scripts/sign/cosign.ts';
import { builtModule, hex, inputsWith } from '../unit/sbom/fixture.ts';
import { startRegistry } from './registry.ts';
import { rawRepository } from './registry-seed.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const architectures: readonly Architecture[] = ['amd64', 'arm64'];

export const signScript = join(paths.root, 'scripts', 'sign.ts');

export type SigningLab = Awaited<ReturnType<typeof openSigningLab>>;

/** A registry with images, what their builds left in dist, and two pairs of keys, `right` and `other`. */
export async function openSigningLab() {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-signed-'));
  const workspace: Workspace = { modules: join(folder, 'modules'), dist: join(folder, 'dist') };
  await mkdir(workspace.modules);
  for (const architecture of architectures) await layArtifacts(workspace.dist, architecture, hex('a', 40));
  const cosign = await ensureCosign();
  for (const name of ['right', 'other']) {
    await execa(cosign, ['generate-key-pair', '--output-key-prefix', join(folder, name)], {
      env: { COSIGN_PASSWORD: '' },
    });
  }
  const registry = await startRegistry();
  const repository = rawRepository(registry.host, 'a/signed');

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
    return { [sbomLabel]: createHash('sha256').update(list).digest('hex'), [labels.revision]: hex('7', 40) };
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

  const sign = (digest: string, ...options: readonly string[]) => signIn(folder, digest, ...options);

  /** Runs the verb in a folder with another dist than the lab's own. */
  function signIn(cwd: string, digest: string, ...options: readonly string[]) {
    const reference = `${registry.host}/a/signed@${digest}`;
    // Without what a workflow would set, wherever the tests run.
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: '', GITHUB_WORKFLOW_REF: '', GITHUB_REF: '', GITHUB_REPOSITORY: '' };
    return execa(process.execPath, [signScript, '--reference', reference, '--line', '9.0', ...options], {
      cwd,
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

  return {
    folder,
    workspace,
    repository,
    host: registry.host,
    key: join(folder, 'right.key'),
    architectures,
    layArtifacts,
    putIndex,
    sign,
    signIn,
    async folderOf(name: string): Promise<string> {
      const path = join(folder, name);
      await mkdir(join(path, 'modules'), { recursive: true });
      return path;
    },
    verified,
    predicates,
    async remove() {
      await registry.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
