import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { loadLine } from './data/release-line.ts';
import { runVerb } from './lib/command-line.ts';
import { writeWhole } from './lib/files.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { isLoopback } from './lib/registry/repository.ts';
import { openWorkspace } from './lib/workspace.ts';
import { readPublished } from './publish/release-file.ts';
import {
  ensureCosign,
  releaseIdentity,
  runCosign,
  type SignedThing,
  type Signer,
  signingCommands,
  verifyingCommands,
} from './supply/cosign.ts';
import { registryFor } from './supply/image-content.ts';
import { readBuildRun } from './supply/provenance.ts';
import { prepareSigning, subjectsOf } from './supply/sign.ts';
import { readReference } from './verify/image.ts';

const usage = `npm run sign -- (REGISTRY/REPOSITORY@sha256:... | --line LINE) [--key FILE] [--dry-run]
Signs an index (or image) and every image under it, and attests what they are made of: the list of components and the records of the
builds are taken out of the images themselves. Afterwards everything is verified, as a user does it: docs/verify-signature.md.
dist/sign/subjects.txt lists what was signed, for GitHub's own attestation beside ours.
  --line LINE   what npm run publish let the tags of the line lead to, every variant: dist/release/<line>/release.json
  --key FILE    a private key of cosign, without a transparency log: for tests, and for registries of one's own. COSIGN_PASSWORD is
                its password. Without it, the identity of the GitHub workflow signs (keyless)
  --dry-run     print the commands; what they attest is written to dist/sign
Example: npm run sign -- --line 9.0`;

const options = {
  line: { type: 'string' },
  key: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'sign', usage, options, positionals: 1 }, async ({ values, positionals, aborted, report }) => {
  const { line, key, 'dry-run': dryRun } = values;
  const [given] = positionals;
  if ((given === undefined) === (line === undefined)) {
    throw new PipelineError('VP901', 'npm run sign: of what? Give a digest or --line, and one of them alone');
  }
  const workspace = openWorkspace();
  const references = given === undefined ? await publishedReferences(line ?? '') : [readDigest(given)];
  if (key === undefined && !dryRun && !process.env['ACTIONS_ID_TOKEN_REQUEST_URL']) {
    throw new PipelineError('VP622', 'neither --key nor a GitHub workflow with id-token: write');
  }
  const signed: SignedThing[] = [];
  for (const reference of references) signed.push(await sign(reference));
  await writeWhole(join(workspace.dist, 'sign', 'subjects.txt'), subjectsOf(signed));

  async function publishedReferences(name: string): Promise<Digest[]> {
    const published = await readPublished(workspace, loadLine(workspace, name).line);
    if (published !== null) {
      return Object.values(published.variants).map(({ digest }) => readDigest(`${published.repository}@${digest}`));
    }
    const fix = `npm run publish -- --line ${name}`;
    throw new PipelineError('VP520', 'nothing is published yet', { where: `line ${name}`, fix });
  }

  async function sign({ text, repository, digest }: Digest): Promise<SignedThing> {
    const { registry } = await registryFor(repository, aborted);
    const run = readBuildRun(process.env);
    const thing = await prepareSigning(registry, { workspace, digest, run });
    const http = isLoopback(registry.repository.registry);
    const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-sign-'));
    try {
      const signer = signerFor(key, folder, run.repository);
      const commands = [...signingCommands(thing, signer, http), ...verifyingCommands(thing, signer, http)];
      if (dryRun) {
        for (const command of commands) console.log(['cosign', ...command].join(' '));
        return thing;
      }
      const cosign = await ensureCosign();
      if (signer.kind === 'key') {
        await runCosign(cosign, ['public-key', '--key', signer.key, '--outfile', signer.publicKey], aborted);
      }
      for (const command of commands) {
        report(`cosign ${command[0]} ${command.at(-1)}`);
        await runCosign(cosign, command, aborted);
      }
      console.log(text);
      return thing;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
});

type Digest = Extract<ReturnType<typeof readReference>, { kind: 'digest' }>;

function readDigest(text: string): Digest {
  const reference = readReference(text);
  if (reference.kind !== 'digest') throw new PipelineError('VP620', `got ${text}`);
  return reference;
}

function signerFor(key: string | undefined, folder: string, repository: string): Signer {
  if (key === undefined) return { kind: 'keyless', identity: releaseIdentity(repository) };
  return {
    kind: 'key',
    key: resolve(process.env['INIT_CWD'] ?? process.cwd(), key),
    publicKey: join(folder, 'cosign.pub'),
  };
}
