import { join } from 'node:path';
import process from 'node:process';
import { PipelineError } from '../lib/pipeline-error.ts';
import { ensureProgram } from '../lib/programs.ts';
import { attempt } from '../lib/run.ts';
import { paths } from '../lib/workspace.ts';

/** The thing to sign: a digest, and the images under it with their own lists of components. */
export interface SignedThing {
  /** registry/repository, without tag or digest. */
  readonly repository: string;
  /** Of an index, or of a single image. */
  readonly digest: string;
  readonly images: readonly { readonly digest: string; readonly sbom: string }[];
  /** File with the SLSA provenance. */
  readonly provenance: string;
}

/** Whose word the signature is: a key file with its public half, or the identity of a GitHub workflow. */
export type Signer =
  | { readonly kind: 'key'; readonly key: string; readonly publicKey: string }
  | { readonly kind: 'keyless'; readonly identity: string };

/** The issuer of the identities of GitHub workflows. */
const issuer = 'https://token.actions.githubusercontent.com';

/**
 * The certificate's identity, as a regular expression: the release workflow of a repository, at whichever tag it ran.
 */
export function releaseIdentity(repository: string): string {
  const escaped = repository.replaceAll('.', '\\.');
  return `^https://github\\.com/${escaped}/\\.github/workflows/release\\.yml@refs/`;
}

/**
 * The arguments of cosign, one list a call, in their order: the signature of the digest and all images under it; each
 * image's list of components, on the image and on the digest; the provenance. `--replace` makes a second run leave the
 * same as the first. `http`: a registry on this machine.
 */
export function signingCommands(thing: SignedThing, signer: Signer, http: boolean): string[][] {
  const { repository, digest, images, provenance } = thing;
  const common = [
    '--yes',
    ...(signer.kind === 'key' ? ['--key', signer.key, '--tlog-upload=false'] : []),
    ...(http ? ['--allow-http-registry'] : []),
  ];
  const reference = (of: string): string => `${repository}@${of}`;
  const attest = (type: string, predicate: string, replaces: boolean, of: string): string[] => [
    'attest',
    ...common,
    ...(replaces ? ['--replace'] : []),
    ...['--type', type, '--predicate', predicate, reference(of)],
  ];
  return [
    ['sign', ...common, '--recursive', reference(digest)],
    ...images
      .filter((image) => image.digest !== digest)
      .map((image) => attest('cyclonedx', image.sbom, true, image.digest)),
    // The first one takes away what an earlier run left, the others join it.
    ...images.map((image, index) => attest('cyclonedx', image.sbom, index === 0, digest)),
    attest('slsaprovenance1', provenance, true, digest),
  ];
}

/** The arguments of cosign that check all of it again, as a user does. */
export function verifyingCommands(
  { repository, digest }: Pick<SignedThing, 'repository' | 'digest'>,
  signer: Signer,
  http: boolean,
): string[][] {
  const who =
    signer.kind === 'key'
      ? ['--key', signer.publicKey, '--insecure-ignore-tlog=true']
      : ['--certificate-identity-regexp', signer.identity, '--certificate-oidc-issuer', issuer];
  const common = [...who, ...(http ? ['--allow-http-registry'] : []), `${repository}@${digest}`];
  return [
    ['verify', ...common],
    ['verify-attestation', '--type', 'cyclonedx', ...common],
    ['verify-attestation', '--type', 'slsaprovenance1', ...common],
  ];
}

/**
 * The path of cosign 2: the one on PATH, else Debian's, kept under dist/tools. Not 3: it writes signatures in another
 * form, and cannot sign with a key where no transparency log is reached. Debian's calls itself `devel`, so the two are
 * told apart by what they understand.
 */
export async function ensureCosign(): Promise<string> {
  const installed = await attempt`cosign sign --help`;
  if (installed.exitCode === 0 && installed.stdout.includes('--tlog-upload')) return 'cosign';
  return ensureProgram('cosign', { package: 'cosign', suites: ['trixie'], file: 'usr/bin/cosign' });
}

/**
 * Runs cosign; gives what it printed on standard output. Throws VP621 with its own words. The password of a key comes
 * from the caller's environment.
 */
export async function runCosign(program: string, args: readonly string[], aborted: AbortSignal): Promise<string> {
  // Without the variable it would ask on a terminal for the password of a key that has none.
  const env = { COSIGN_PASSWORD: '', ...process.env };
  const ran = await attempt({ env, signal: aborted })`${program} ${args}`;
  aborted.throwIfAborted();
  if (ran.exitCode === 0) return ran.stdout;
  throw new PipelineError('VP621', `cosign ${args[0] ?? ''} ended with ${ran.exitCode ?? 'no exit code'}`, {
    where: args.at(-1) ?? '',
    details: ran.stderr + ran.stdout,
  });
}

/**
 * The path of the cosign that this machine has, of whatever version: the one on PATH, or Debian's that signing has
 * taken into dist/tools. Null where there is none: who only runs an image is not made to install one.
 */
export async function findCosign(): Promise<string | null> {
  for (const program of ['cosign', join(paths.root, 'dist', 'tools', 'cosign')]) {
    if ((await attempt`${program} version`).exitCode === 0) return program;
  }
  return null;
}

/** cosign's account of a digest. `unknown`: it ended before it knew. */
export interface SignatureFound {
  readonly verdict: 'good' | 'none' | 'other' | 'unknown';
  /** Its own words. */
  readonly said: string;
}

/**
 * The exit codes of `cosign verify`, as its doc/cosign_exit_codes.md has them: no signature; none that matches; none
 * with a certificate.
 */
const verdicts: Readonly<Record<number, SignatureFound['verdict']>> = {
  0: 'good',
  10: 'none',
  12: 'other',
  13: 'other',
};

/** Checks the signature of a digest alone, as a user does. Rejects where `aborted` fires. */
export async function checkSignature(
  program: string,
  thing: Pick<SignedThing, 'repository' | 'digest'>,
  signer: Signer,
  { http, aborted, limitMs }: { readonly http: boolean; readonly aborted: AbortSignal; readonly limitMs: number },
): Promise<SignatureFound> {
  const [verify = []] = verifyingCommands(thing, signer, http);
  const limit = AbortSignal.timeout(limitMs);
  const ran = await attempt({ signal: AbortSignal.any([aborted, limit]) })`${program} ${verify}`;
  aborted.throwIfAborted();
  if (limit.aborted) return { verdict: 'unknown', said: `no result within ${limitMs / 1000} s` };
  return { verdict: verdicts[ran.exitCode ?? 1] ?? 'unknown', said: (ran.stderr + ran.stdout).trim() };
}
