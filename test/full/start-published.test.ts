import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ignoreGone } from '../../scripts/lib/engine.ts';
import { openWorkspace } from '../../scripts/lib/workspace.ts';
import { chooseImage, obtainImage } from '../../scripts/start/image.ts';
import { engine, images, requireImage } from '../support/docker-engine.ts';
import { useContainers } from '../support/docker-server.ts';
import { recordedProgress } from '../support/recorded-progress.ts';
import { openSigningLab, type SigningLab } from '../support/signing-lab.ts';

/* The image of the line local, published for real: pushed by the engine and signed, forgotten, and started again. */

const containers = useContainers();
let lab: SigningLab;
beforeAll(async () => {
  await requireImage(images.local);
  lab = await openSigningLab();
});
afterAll(() => lab.remove());

it('a published image is pulled by its digest and runs with its modules', async () => {
  const repository = `${lab.host}/start/${randomUUID()}`;
  const name = `${repository}:local`;
  await engine.getImage(images.local).tag({ repo: repository, tag: 'local' });
  for await (const _ of await engine.getImage(name).push({ authconfig: {} })) {
    // It is there when the answer ends.
  }
  const { Id, RepoDigests } = await engine.getImage(name).inspect();
  const reference = RepoDigests.find((one) => one.startsWith(`${repository}@`)) ?? '';
  await engine.getImage(name).remove();
  await lab.signAlone(reference, 'right');
  const workspace = openWorkspace();
  const { progress, said } = recordedProgress();
  try {
    const image = await obtainImage(
      chooseImage(workspace, { kind: 'line', line: 'local', variant: null, build: false }),
      {
        docker: engine,
        workspace,
        env: { ...process.env, VALKEY_BUNDLE_REPOSITORY: repository },
        trust: { unsigned: false, key: join(lab.folder, 'right.pub') },
        progress,
        aborted: new AbortController().signal,
      },
    );
    expect(image).toEqual({ tag: reference, id: Id, notes: [] });
    expect(said()).toContain(`pulling ${reference}`);
    const server = await containers.serve({ image: image.tag });
    expect(Object.keys(await server.modules())).toContain('knot');
  } finally {
    await engine.getImage(reference).remove().catch(ignoreGone);
  }
});
