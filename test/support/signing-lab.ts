import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import * as z from 'zod';
import { labels as imageLabels } from '../../scripts/image/labels.ts';
import type { Architecture } from '../../scripts/lib/platform.ts';
import { paths } from '../../scripts/lib/workspace.ts';
import { ensureCosign, verifyingCommands } from '../../scripts/supply/cosign.ts';
import type { SbomInputs } from '../../scripts/supply/sbom-inputs.ts';
import { heldFiles } from '../unit/supply/fake-registry.ts';
import { builtModule, hex, inputsWith } from '../unit/supply/sbom-fixture.ts';
import { startRegistry } from './registry.ts';
import { rawRepository } from './registry-seed.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const architectures: readonly Architecture[] = ['amd64', 'arm64'];

const signScript = join(paths.root, 'scripts', 'sign.ts');

export type SigningLab = Awaited<ReturnType<typeof openSigningLab>>;

/** The records of an image of the lab: of one module, at a commit. */
export const recordsFor = (architecture: Architecture, commit = hex('a', 40)): SbomInputs =>
  inputsWith([builtModule('search', { commit })], { architecture });

/** A registry with images that hold what they are made of, and two pairs of keys, `right` and `other`. */
export async function openSigningLab() {
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-signed-'));
  const dist = join(folder, 'dist');
  await symlink(join(paths.root, 'modules'), join(folder, 'modules'));
  const cosign = await ensureCosign();
  for (const name of ['right', 'other']) {
    await execa(cosign, ['generate-key-pair', '--output-key-prefix', join(folder, name)], {
      env: { COSIGN_PASSWORD: '' },
    });
  }
  const registry = await startRegistry();
  const repository = rawRepository(registry.host, 'a/signed');

  /**
   * An index over one image a platform, as publish makes it. `filesOf`: what stands below
   * /usr/local/share/valkey-bundle.
   */
  async function putIndex(
    filesOf: (architecture: Architecture) => Readonly<Record<string, string>> = (of) => heldFiles(recordsFor(of)),
  ): Promise<{ digest: string; images: string[] }> {
    const labels = { [imageLabels.revision]: hex('7', 40) };
    const images = await Promise.all(
      architectures.map(async (architecture) => {
        const files = Object.entries(filesOf(architecture));
        const placed = Object.fromEntries(
          files.map(([name, text]) => [`/usr/local/share/valkey-bundle/${name}`, text]),
        );
        return (await repository.putImage(architecture, labels, placed)).digest;
      }),
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

  /** Leaves release.json of line 9.0, as publish does: a variant for each digest. */
  async function publish(digests: Readonly<Record<string, string>>): Promise<void> {
    const variants = Object.entries(digests).map(([name, digest]) => [name, { digest, images: {}, tags: [name] }]);
    const release = { line: '9.0', repository: `${registry.host}/a/signed`, variants: Object.fromEntries(variants) };
    await mkdir(join(dist, 'release', '9.0'), { recursive: true });
    await writeFile(join(dist, 'release', '9.0', 'release.json'), JSON.stringify(release));
  }

  const signDigest = (digest: string, ...options: readonly string[]) =>
    sign(`${registry.host}/a/signed@${digest}`, ...options);

  function sign(...args: readonly string[]) {
    // Without what a workflow would set, wherever the tests run.
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: '', GITHUB_WORKFLOW_REF: '', GITHUB_REF: '', GITHUB_REPOSITORY: '' };
    return execa(process.execPath, [signScript, ...args], { cwd: folder, env, reject: false });
  }

  /** Signs a digest of this registry, and attests nothing. */
  async function signAlone(reference: string, key: 'right' | 'other'): Promise<void> {
    const options = ['--yes', '--tlog-upload=false', '--allow-http-registry', '--key', join(folder, `${key}.key`)];
    await execa(cosign, ['sign', ...options, reference], { env: { COSIGN_PASSWORD: '' } });
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
    repository,
    host: registry.host,
    key: join(folder, 'right.key'),
    architectures,
    putIndex,
    publish,
    sign,
    signAlone,
    signDigest,
    verified,
    predicates,
    async remove() {
      await registry.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
