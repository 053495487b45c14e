import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativePlatform, type Platform } from '../../scripts/lib/platform.ts';
import { openWorkspace } from '../../scripts/lib/workspace.ts';
import { readReference } from '../../scripts/verify/image.ts';
import { type VerifyWish, verifyImage } from '../../scripts/verify/verify-image.ts';
import { engine, images } from '../support/docker-engine.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { rawRepository } from '../support/registry-seed.ts';

const foreign: Platform = nativePlatform() === 'linux/amd64' ? 'linux/arm64' : 'linux/amd64';
const architecture = (platform: Platform): string => platform.replace('linux/', '');
const pulled: string[] = [];
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(async () => {
  await registry.remove();
  for (const reference of pulled) await engine.getImage(reference).remove({ force: true });
});

function verify(reference: string, over: Partial<VerifyWish> = {}, docker: Docker = engine) {
  return verifyImage(docker, {
    reference: readReference(reference),
    line: null,
    variant: 'default',
    platform: nativePlatform(),
    workspace: openWorkspace(),
    aborted: new AbortController().signal,
    report: () => {},
    ...over,
  });
}

/** An image in the registry that is none of the project. */
async function stranger(platform: Platform): Promise<string> {
  const { digest } = await rawRepository(registry.host, 'a/stranger').putImage(architecture(platform));
  const reference = `${registry.host}/a/stranger@${digest}`;
  pulled.push(reference);
  return reference;
}

describe('what is no image to verify', () => {
  it('a local name that the engine does not have is VP401', async () => {
    await expect(verify('valkey-bundle:never-built')).rejects.toMatchObject({ code: 'VP401' });
  });

  it('a digest that the registry does not have is VP402', async () => {
    const reference = `${registry.host}/a/stranger@sha256:${'0'.repeat(64)}`;
    await expect(verify(reference)).rejects.toMatchObject({ code: 'VP402' });
  });

  it('a registry that does not answer is VP403', async () => {
    const reference = `127.0.0.1:1/a/stranger@sha256:${'0'.repeat(64)}`;
    await expect(verify(reference)).rejects.toMatchObject({ code: 'VP403' });
  });

  it('an image of somebody else is pulled by its digest, and is VP404', async () => {
    await expect(verify(await stranger(nativePlatform()))).rejects.toMatchObject({ code: 'VP404' });
  });

  it('an image for another platform than the one that was asked for is VP405', async () => {
    await expect(verify(images.local, { platform: foreign })).rejects.toMatchObject({ code: 'VP405' });
  });

  it('an image that this machine cannot run is VP406', async () => {
    const reference = await stranger(foreign);
    await expect(verify(reference, { platform: foreign })).rejects.toMatchObject({ code: 'VP406' });
  });

  it('a variant that the line does not have is VP407', async () => {
    await expect(verify(images.local, { variant: 'coordinator' })).rejects.toMatchObject({ code: 'VP407' });
  });

  it('a line that does not exist is VP103', async () => {
    await expect(verify(images.local, { line: 'nine' })).rejects.toMatchObject({ code: 'VP103' });
  });
});

it('an abort in the middle removes every container that was made', async () => {
  const abort = new AbortController();
  const made: string[] = [];
  const watching = new Proxy(engine, {
    get(target, name) {
      if (name !== 'createContainer')
        return Reflect.get(target, name, target).bind?.(target) ?? Reflect.get(target, name, target);
      return async (options: Docker.ContainerCreateOptions) => {
        const container = await target.createContainer(options);
        made.push(container.id);
        if (made.length === 4) abort.abort(new Error('stop'));
        return container;
      };
    },
  });
  await expect(verify(images.local, { aborted: abort.signal }, watching)).rejects.toThrow('stop');
  expect(made.length).toBeGreaterThanOrEqual(4);
  for (const id of made) await expect(engine.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
});
