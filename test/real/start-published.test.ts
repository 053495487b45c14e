import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyBundle } from '../../entrypoint/modules/manifest.ts';
import { imageFiles } from '../../scripts/image/labels.ts';
import { ignoreGone } from '../../scripts/lib/engine.ts';
import { architectureOf, nativePlatform } from '../../scripts/lib/platform.ts';
import { openWorkspace } from '../../scripts/lib/workspace.ts';
import { chooseImage, obtainImage } from '../../scripts/start/image.ts';
import type { ImageWish } from '../../scripts/start/options.ts';
import type { BuiltImage } from '../../scripts/start/start-server.ts';
import { engine, images, requireImage } from '../support/docker-engine.ts';
import { problemOf } from '../support/problem-of.ts';
import { recordedProgress } from '../support/recorded-progress.ts';
import { rawRepository } from '../support/registry-seed.ts';
import { openSigningLab, type SigningLab } from '../support/signing-lab.ts';

/* npm start with images of a registry on loopback, signed and not. They say which line they are of; nothing in them runs. */

const workspace = openWorkspace();
const line: ImageWish = { kind: 'line', line: 'local', variant: null, build: false };
const aborted = new AbortController().signal;
/** Everything that a test may have pulled. */
const published = new Set<string>();
let lab: SigningLab;
beforeAll(async () => {
  await requireImage(images.local);
  lab = await openSigningLab();
});
afterAll(async () => {
  await Promise.all([...published].map((reference) => engine.getImage(reference).remove().catch(ignoreGone)));
  await lab.remove();
});

interface Published {
  readonly repository: string;
  readonly digest: string;
}

/** Publishes an image of a few files under the tag `local` of a repository of its own. */
async function publish(files: Readonly<Record<string, string>>, key: 'right' | 'other' | null): Promise<Published> {
  const name = `start/${randomUUID()}`;
  const raw = rawRepository(lab.host, name);
  const { digest } = await raw.putImage(architectureOf(nativePlatform()), {}, files);
  const body = (await raw.bytes(digest))?.toString('utf8') ?? '';
  await raw.put('local', 'application/vnd.oci.image.manifest.v1+json', body);
  const repository = `${lab.host}/${name}`;
  if (key !== null) await lab.signAlone(`${repository}@${digest}`, key);
  published.add(`${repository}@${digest}`);
  return { repository, digest };
}

/** What an image of a line says it is. */
const ofLine = (name: string) => ({ [imageFiles.bundle]: JSON.stringify({ ...emptyBundle, line: name }) });

interface Obtained extends BuiltImage {
  readonly said: string;
}

/** Gets an image as npm start does, by the key `right` unless it is not to be checked. */
async function obtain(wish: ImageWish, repository: string, { unsigned = false } = {}): Promise<Obtained> {
  const { progress, said } = recordedProgress();
  const trust = { unsigned, key: unsigned ? null : join(lab.folder, 'right.pub') };
  const env = { ...process.env, VALKEY_BUNDLE_REPOSITORY: repository };
  const means = { docker: engine, workspace, env, trust, progress, aborted };
  const image = await obtainImage(chooseImage(workspace, wish), means);
  return { ...image, said: said() };
}

const isHere = async (reference: string): Promise<boolean> =>
  engine
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      () => false,
    );

describe('a published image of a line', () => {
  it('is pulled by the digest that its tag leads to, once its signature is verified', async () => {
    const { repository, digest } = await publish(ofLine('local'), 'right');
    const reference = `${repository}@${digest}`;
    expect(await isHere(reference)).toBe(false);
    const image = await obtain(line, repository);
    expect(image).toMatchObject({ tag: reference, notes: [] });
    expect(await isHere(reference)).toBe(true);
    expect(image.said).toMatch(/signed by the key .*right\.pub/);
  });

  it('is not pulled where it has no signature: VP631; --unsigned takes it, and says so', async () => {
    const { repository, digest } = await publish(ofLine('local'), null);
    expect((await problemOf(obtain(line, repository))).code).toBe('VP631');
    expect(await isHere(`${repository}@${digest}`)).toBe(false);
    const { tag, notes } = await obtain(line, repository, { unsigned: true });
    expect(tag).toBe(`${repository}@${digest}`);
    expect(notes.join()).toContain('--unsigned');
  });

  it('is not pulled where somebody else signed it: VP632', async () => {
    const { repository, digest } = await publish(ofLine('local'), 'other');
    const problem = await problemOf(obtain(line, repository));
    expect([problem.code, problem.exitCode]).toEqual(['VP632', 65]);
    expect(problem.message).toContain('right.pub');
    expect(await isHere(`${repository}@${digest}`)).toBe(false);
  });

  it('of another line is refused, whoever signed it: VP404', async () => {
    const { repository } = await publish(ofLine('9.0'), 'right');
    const problem = await problemOf(obtain(line, repository));
    expect(problem.code).toBe('VP404');
    expect(problem.message).toContain('9.0');
  });
});

describe('--image', () => {
  const named = (reference: string): ImageWish => ({ kind: 'reference', reference });
  const nowhere = '127.0.0.1:1/nowhere';

  it('takes an image that the engine has, and asks no registry', async () => {
    const image = await obtain(named(images.local), nowhere);
    expect(image).toMatchObject({ tag: images.local, id: (await engine.getImage(images.local).inspect()).Id });
  });

  it('pulls and verifies one that a registry has, by its tag or its digest', async () => {
    const { repository, digest } = await publish(ofLine('local'), 'right');
    for (const reference of [`${repository}:local`, `${repository}@${digest}`])
      expect((await obtain(named(reference), nowhere)).tag).toBe(`${repository}@${digest}`);
    expect((await problemOf(obtain(named(`${repository}:none`), nowhere))).code).toBe('VP634');
  });

  it('refuses one that is not ours: VP404', async () => {
    const { repository, digest } = await publish({ '/etc/issue': 'somebody else' }, 'right');
    expect((await problemOf(obtain(named(`${repository}@${digest}`), nowhere))).code).toBe('VP404');
  });

  it('refuses one that is nowhere, with the nearest that is here: VP634', async () => {
    const problem = await problemOf(obtain(named(`${images.local}l`), nowhere));
    expect(problem.code).toBe('VP634');
    expect(problem.message).toContain(`did you mean ${images.local}?`);
  });
});
