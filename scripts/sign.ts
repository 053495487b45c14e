import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace } from './pipeline/workspace.ts';
import { PipelineError } from './problems/pipeline-error.ts';
import { readCredentials } from './publish/credentials.ts';
import { openRegistry } from './publish/registry.ts';
import { isLoopback, readRepository } from './publish/repository.ts';
import {
  ensureCosign,
  releaseIdentity,
  runCosign,
  type Signer,
  signingCommands,
  verifyingCommands,
} from './sign/cosign.ts';
import { prepareSigning } from './sign/prepare.ts';
import { readBuildRun } from './sign/provenance.ts';
import { readReference } from './verify/image.ts';

const usage = `npm run sign -- --reference REGISTRY/REPOSITORY@sha256:... --line LINE [--key FILE] [--dry-run]
  --reference   the index (or image) to sign; every image under it is signed, too
  --line LINE   the line that it was built from: its lists of components and its provenance are attested
  --key FILE    a private key of cosign, without a transparency log: for tests, and for registries of one's own. COSIGN_PASSWORD is
                its password. Without it, the identity of the GitHub workflow signs (keyless)
  --dry-run     print the commands

Afterwards everything is verified, as a user does it: docs/verify-signature.md.`;

const options = {
  reference: { type: 'string' },
  line: { type: 'string' },
  key: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'sign', usage, options }, async ({ values, aborted, report }) => {
  const { reference: given, line, 'dry-run': dryRun } = values;
  if (given === undefined || line === undefined) {
    throw new PipelineError('VP901', `npm run sign: ${given === undefined ? '--reference' : '--line'} is missing`);
  }
  const reference = readReference(given);
  if (reference.kind !== 'digest') throw new PipelineError('VP620', `got ${given}`);
  if (values.key === undefined && !dryRun && !process.env['ACTIONS_ID_TOKEN_REQUEST_URL']) {
    throw new PipelineError('VP622', 'neither --key nor a GitHub workflow with id-token: write');
  }
  const repository = readRepository({ setting: reference.repository });
  const credentials = await readCredentials(
    repository.registry,
    process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'),
  );
  const registry = openRegistry(repository, credentials, { aborted });
  const run = readBuildRun(process.env);
  const wish = { workspace: openWorkspace(), line, digest: reference.digest, run, write: !dryRun };
  const thing = await prepareSigning(registry, wish);
  const http = isLoopback(repository.registry);
  const folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-sign-'));
  try {
    const signer = signerFor(values.key, folder, run.repository);
    const commands = [...signingCommands(thing, signer, http), ...verifyingCommands(thing, signer, http)];
    if (dryRun) {
      for (const command of commands) console.log(['cosign', ...command].join(' '));
      return;
    }
    const cosign = await ensureCosign();
    if (signer.kind === 'key') {
      await runCosign(cosign, ['public-key', '--key', signer.key, '--outfile', signer.publicKey], aborted);
    }
    for (const command of commands) {
      report(`cosign ${command[0]} ${command.at(-1)}`);
      await runCosign(cosign, command, aborted);
    }
    console.log(reference.text);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function signerFor(key: string | undefined, folder: string, repository: string): Signer {
  if (key === undefined) return { kind: 'keyless', identity: releaseIdentity(repository) };
  return {
    kind: 'key',
    key: resolve(process.env['INIT_CWD'] ?? process.cwd(), key),
    publicKey: join(folder, 'cosign.pub'),
  };
}
