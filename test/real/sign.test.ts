import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sbomText } from '../../scripts/supply/sbom.ts';
import { openSigningLab, recordsFor, type SigningLab } from '../support/signing-lab.ts';
import { heldFiles } from '../unit/supply/fake-registry.ts';
import { builtModule, hex } from '../unit/supply/sbom-fixture.ts';

let lab: SigningLab;
beforeAll(async () => {
  lab = await openSigningLab();
});
afterAll(() => lab.remove());

describe('an index that was signed with a key', () => {
  let index: Awaited<ReturnType<SigningLab['putIndex']>>;
  beforeAll(async () => {
    index = await lab.putIndex();
    const { exitCode, stderr } = await lab.signDigest(index.digest, '--key', lab.key);
    if (exitCode !== 0) throw new Error(stderr);
  });

  it('verifies: signature, list of components and provenance', async () => {
    expect(await lab.verified(index.digest, 'right')).toEqual([true, true, true]);
  });

  it('does not verify by another key', async () => {
    expect(await lab.verified(index.digest, 'other')).toEqual([false, false, false]);
  });

  it('does not make another digest of the repository verify', async () => {
    const { digest } = await lab.repository.putImage('amd64', { other: 'image' });
    expect(await lab.verified(digest, 'right')).toEqual([false, false, false]);
  });

  it('has each image under it signed, with the list of its own architecture', async () => {
    for (const [at, digest] of index.images.entries()) {
      const [signature, components] = await lab.verified(digest, 'right');
      expect([signature, components]).toEqual([true, true]);
      const documents = await lab.predicates(digest, 'cyclonedx');
      expect(documents).toHaveLength(1);
      expect(JSON.stringify(documents[0])).toContain(`"value":"${lab.architectures[at]}"`);
    }
  });

  it('has the lists of both architectures, exactly as they are in the images', async () => {
    const documents = await lab.predicates(index.digest, 'cyclonedx');
    const held = lab.architectures.map((architecture): unknown => JSON.parse(sbomText(recordsFor(architecture))));
    expect(documents).toEqual(expect.arrayContaining(held));
    expect(documents).toHaveLength(2);
  });

  it('has a provenance that names the commit of each module, and that which the images say they are of', async () => {
    const [provenance] = await lab.predicates(index.digest, 'slsaprovenance1');
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
    expect((await lab.signDigest(index.digest, '--key', lab.key)).exitCode).toBe(0);
    expect(await lab.predicates(index.digest, 'cyclonedx')).toHaveLength(2);
    expect(await lab.predicates(index.digest, 'slsaprovenance1')).toHaveLength(1);
    expect(await lab.verified(index.digest, 'right')).toEqual([true, true, true]);
  });
});

// As docs/verify-signature.md has it.
describe('npm run sign', () => {
  it('prints the commands of a dry run, and changes nothing', async () => {
    const { digest, images } = await lab.putIndex();
    const before = await lab.repository.tags();
    const { exitCode, stdout } = await lab.signDigest(digest, '--dry-run');
    expect(exitCode).toBe(0);
    const commands = stdout.split('\n');
    expect(commands[0]).toBe(`cosign sign --yes --allow-http-registry --recursive ${lab.host}/a/signed@${digest}`);
    expect(commands).toHaveLength(1 + images.length + images.length + 1 + 3);
    expect(commands.at(-1)).toContain('--certificate-oidc-issuer https://token.actions.githubusercontent.com');
    expect(await lab.repository.tags()).toEqual(before);
  });

  it('refuses to sign without a key outside of a workflow: VP622', async () => {
    const { digest } = await lab.putIndex();
    const { exitCode, stderr } = await lab.signDigest(digest);
    expect(exitCode).toBe(77);
    expect(stderr).toMatch(/^VP622 /);
  });

  it('refuses a digest that is not there: VP402', async () => {
    const { stderr } = await lab.signDigest(`sha256:${'0'.repeat(64)}`, '--key', lab.key);
    expect(stderr).toMatch(/^VP402 /);
  });

  it('signs every variant that was published for a line', async () => {
    const [one, other] = [await lab.putIndex(), await lab.putIndex()];
    await lab.publish({ default: one.digest, coordinator: other.digest });
    const { exitCode, stdout } = await lab.sign('--line', '9.0', '--key', lab.key);
    const references = [one, other].map(({ digest }) => `${lab.host}/a/signed@${digest}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: references.join('\n') });
    for (const { digest } of [one, other]) expect(await lab.verified(digest, 'right')).toEqual([true, true, true]);
  });

  it.each<[what: string, args: readonly string[], code: string]>([
    ['nothing', [], 'VP901'],
    ['a digest and a line', ['a/b@sha256:1', '--line', '9.0'], 'VP901'],
    ['a tag', ['127.0.0.1:1/a/b:1'], 'VP620'],
    ['a line that was not published', ['--line', '9.1'], 'VP520'],
  ])('refuses %s: %s is %s', async (_, args, code) => {
    expect((await lab.sign(...args, '--key', lab.key)).stderr).toMatch(new RegExp(`^${code} `));
  });

  it.each<[what: string, filesOf: Parameters<SigningLab['putIndex']>[0], code: string]>([
    ['do not hold what they are made of', () => ({ 'bundle.json': '{}' }), 'VP605'],
    ['hold the list of another architecture', () => heldFiles(recordsFor('amd64')), 'VP624'],
  ])('attests nothing of images that %s', async (_, filesOf, code) => {
    const { digest } = await lab.putIndex(filesOf);
    const { exitCode, stderr } = await lab.signDigest(digest, '--key', lab.key);
    expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(new RegExp(`^${code} `)) });
    expect(await lab.verified(digest, 'right')).toEqual([false, false, false]);
  });

  it('shows what cosign says of a key that it cannot read: VP621', async () => {
    const { digest } = await lab.putIndex();
    const { exitCode, stderr } = await lab.signDigest(digest, '--key', join(lab.folder, 'no.key'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^VP621 [\s\S]*no\.key/);
  });

  it('names the registry that does not answer: VP501', async () => {
    const { stderr } = await lab.sign(`127.0.0.1:1/a/b@sha256:${'0'.repeat(64)}`, '--key', 'x');
    expect(stderr).toMatch(/^VP501 /);
  });
});
