import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactsPath } from '../../scripts/pipeline/workspace.ts';
import { openSigningLab, type SigningLab, signScript } from '../support/signing-lab.ts';
import { builtModule, hex } from '../unit/sbom/fixture.ts';

let lab: SigningLab;
beforeAll(async () => {
  lab = await openSigningLab();
});
afterAll(() => lab.remove());

describe('an index that was signed with a key', () => {
  let index: Awaited<ReturnType<SigningLab['putIndex']>>;
  beforeAll(async () => {
    index = await lab.putIndex();
    const { exitCode, stderr } = await lab.sign(index.digest, '--key', lab.key);
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

  it('has the lists of both lab.architectures, exactly as they were written', async () => {
    const documents = await lab.predicates(index.digest, 'cyclonedx');
    const written = await Promise.all(
      lab.architectures.map(async (architecture) => {
        const text = await readFile(join(artifactsPath(lab.workspace, '9.0', architecture), 'sbom.cdx.json'), 'utf8');
        const document: unknown = JSON.parse(text);
        return document;
      }),
    );
    expect(documents).toEqual(expect.arrayContaining(written));
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
    expect((await lab.sign(index.digest, '--key', lab.key)).exitCode).toBe(0);
    expect(await lab.predicates(index.digest, 'cyclonedx')).toHaveLength(2);
    expect(await lab.predicates(index.digest, 'slsaprovenance1')).toHaveLength(1);
    expect(await lab.verified(index.digest, 'right')).toEqual([true, true, true]);
  });
});

describe('npm run sign', () => {
  it('prints the commands of a dry run, and changes nothing', async () => {
    const { digest, images } = await lab.putIndex();
    const before = await lab.repository.tags();
    const { exitCode, stdout } = await lab.sign(digest, '--dry-run');
    expect(exitCode).toBe(0);
    const commands = stdout.split('\n');
    expect(commands[0]).toBe(`cosign sign --yes --allow-http-registry --recursive ${lab.host}/a/signed@${digest}`);
    expect(commands).toHaveLength(1 + images.length + images.length + 1 + 3);
    expect(commands.at(-1)).toContain('--certificate-oidc-issuer https://token.actions.githubusercontent.com');
    expect(await lab.repository.tags()).toEqual(before);
  });

  it('refuses to sign without a key outside of a workflow: VP622', async () => {
    const { digest } = await lab.putIndex();
    const { exitCode, stderr } = await lab.sign(digest);
    expect(exitCode).toBe(77);
    expect(stderr).toMatch(/^VP622 /);
  });

  it('refuses a digest that is not there: VP402', async () => {
    const { stderr } = await lab.sign(`sha256:${'0'.repeat(64)}`, '--key', lab.key);
    expect(stderr).toMatch(/^VP402 /);
  });

  it('refuses to sign where a list of components is missing: VP623', async () => {
    const { digest } = await lab.putIndex();
    const { stderr } = await lab.signIn(await lab.folderOf('empty'), digest, '--key', lab.key);
    expect(stderr).toMatch(/^VP623 /);
  });

  describe('refuses with VP624, and attests nothing,', () => {
    const refused = async (digest: string, folder: string, words: RegExp): Promise<void> => {
      const { exitCode, stderr } = await lab.signIn(folder, digest, '--key', lab.key);
      expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringMatching(words) });
      expect(await lab.verified(digest, 'right')).toEqual([false, false, false]);
    };

    it('where dist has got the list of a later build', async () => {
      const { digest } = await lab.putIndex();
      const folder = await lab.folderOf('later');
      await lab.layArtifacts(join(folder, 'dist'), 'amd64', hex('a', 40));
      await lab.layArtifacts(join(folder, 'dist'), 'arm64', hex('b', 40));
      await refused(digest, folder, /^VP624 .*list of components/);
    });

    it('where only the records are of a later build', async () => {
      const { digest } = await lab.putIndex();
      const folder = await lab.folderOf('mixed');
      for (const architecture of lab.architectures) {
        const list = join('artifacts', '9.0', architecture, 'sbom.cdx.json');
        await lab.layArtifacts(join(folder, 'dist'), architecture, hex('b', 40));
        await copyFile(join(lab.workspace.dist, list), join(folder, 'dist', list));
      }
      await refused(digest, folder, /^VP624 .*records/);
    });

    it('where an image does not say which list it holds', async () => {
      const { digest } = await lab.putIndex(async () => ({}));
      await refused(digest, lab.folder, /^VP624 .*no label/);
    });
  });

  it('shows what cosign says of a key that it cannot read: VP621', async () => {
    const { digest } = await lab.putIndex();
    const { exitCode, stderr } = await lab.sign(digest, '--key', join(lab.folder, 'no.key'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^VP621 [\s\S]*no\.key/);
  });

  it('names the registry that does not answer: VP501', async () => {
    const args = ['--reference', `127.0.0.1:1/a/b@sha256:${'0'.repeat(64)}`, '--line', '9.0', '--key', 'x'];
    const { stderr } = await execa(process.execPath, [signScript, ...args], { reject: false });
    expect(stderr).toMatch(/^VP501 /);
  });
});
