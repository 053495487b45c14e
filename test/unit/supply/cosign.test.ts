import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/workspace.ts';
import {
  releaseIdentity,
  type SignedThing,
  signingCommands,
  verifyingCommands,
} from '../../../scripts/supply/cosign.ts';

const thing: SignedThing = {
  repository: 'ghcr.io/kailas-cloud/valkey-bundle',
  digest: 'sha256:index',
  images: [
    { digest: 'sha256:amd', sbom: 'amd64.json' },
    { digest: 'sha256:arm', sbom: 'arm64.json' },
  ],
  provenance: 'provenance.json',
};
const keyless = { kind: 'keyless', identity: releaseIdentity('kailas-cloud/valkey-bundle') } as const;
const key = { kind: 'key', key: 'k.key', publicKey: 'k.pub' } as const;

describe('signing an index with the identity of the workflow', () => {
  it('is these commands, and no others', () => {
    const at = 'ghcr.io/kailas-cloud/valkey-bundle@sha256';
    expect(signingCommands(thing, keyless, false).map((command) => command.join(' '))).toEqual([
      `sign --yes --recursive ${at}:index`,
      `attest --yes --replace --type cyclonedx --predicate amd64.json ${at}:amd`,
      `attest --yes --replace --type cyclonedx --predicate arm64.json ${at}:arm`,
      `attest --yes --replace --type cyclonedx --predicate amd64.json ${at}:index`,
      `attest --yes --type cyclonedx --predicate arm64.json ${at}:index`,
      `attest --yes --replace --type slsaprovenance1 --predicate provenance.json ${at}:index`,
    ]);
  });

  it('is checked by the identity of the workflow and its issuer', () => {
    for (const command of verifyingCommands(thing, keyless, false)) {
      expect(command.join(' ')).toContain(
        '--certificate-identity-regexp ^https://github\\.com/kailas-cloud/valkey-bundle/\\.github/workflows/release\\.yml@refs/ ' +
          '--certificate-oidc-issuer https://token.actions.githubusercontent.com',
      );
    }
  });
});

it('a single image is attested once', () => {
  const single = { ...thing, digest: 'sha256:amd', images: [{ digest: 'sha256:amd', sbom: 'amd64.json' }] };
  const types = signingCommands(single, keyless, false).map((command) => command[command.indexOf('--type') + 1]);
  expect(types.filter((type) => type === 'cyclonedx')).toHaveLength(1);
});

it('with a key no transparency log is asked, neither to sign nor to check', () => {
  for (const command of signingCommands(thing, key, true)) {
    expect(command).toEqual(expect.arrayContaining(['--key', 'k.key', '--tlog-upload=false', '--allow-http-registry']));
  }
  for (const command of verifyingCommands(thing, key, true)) {
    expect(command).toEqual(expect.arrayContaining(['--key', 'k.pub', '--insecure-ignore-tlog=true']));
  }
});

it('without a key the transparency log is never left out', () => {
  const commands = [...signingCommands(thing, keyless, false), ...verifyingCommands(thing, keyless, false)];
  expect(commands.flat().filter((word) => word.includes('tlog') || word.includes('http-registry'))).toEqual([]);
});

it('the page for users names the identity and issuer that are signed with', () => {
  const page = readFileSync(join(paths.root, 'docs', 'verify-signature.md'), 'utf8');
  const given = [...page.matchAll(/--certificate-identity-regexp '([^']*)' \\\n +--certificate-oidc-issuer (\S+)/g)];
  expect(given.map(([, identity, issuer]) => [identity, issuer])).toEqual(
    Array.from({ length: 3 }, () => [keyless.identity, 'https://token.actions.githubusercontent.com']),
  );
});

describe('the identity of the release workflow', () => {
  const identity = new RegExp(releaseIdentity('kailas-cloud/valkey-bundle'));
  const workflow = 'https://github.com/kailas-cloud/valkey-bundle/.github/workflows/release.yml@refs/tags/v1';

  it('matches the workflow at any tag', () => {
    expect(workflow).toMatch(identity);
  });

  it('takes a dot in the name of a repository for a dot', () => {
    const dotted = new RegExp(releaseIdentity('a.b/c'));
    expect(workflow.replace('kailas-cloud/valkey-bundle', 'a.b/c')).toMatch(dotted);
    expect(workflow.replace('kailas-cloud/valkey-bundle', 'axb/c')).not.toMatch(dotted);
  });

  it.each([
    workflow.replace('release.yml', 'ci.yml'),
    workflow.replace('kailas-cloud', 'someone-else'),
    workflow.replace('github.com', 'githubxcom'),
    `https://example.org/${workflow}`,
    workflow.replace('release.yml', 'releasexyml'),
  ])('does not match %s', (other) => {
    expect(other).not.toMatch(identity);
  });
});
