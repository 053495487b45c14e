import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, images, requireImage } from '../support/docker-engine.ts';
import { allPages, commandsToRun, missingLine, readPage } from '../support/pages.ts';
import { patienceMs } from '../support/patience.ts';

/**
 * What a page calls its containers and volumes: `my-valkey`, `my-valkey-data`. Here they are called otherwise, so that
 * nobody's are touched.
 */
const nameOnPages = 'my-valkey';
const nameHere = `pages-${randomUUID().slice(0, 8)}`;
const pages = allPages()
  .filter((page) => !page.endsWith('.ru.md'))
  .map((page) => ({ page, blocks: commandsToRun(readPage(page), page) }))
  .filter(({ blocks }) => blocks.length > 0);

let folder: string;
beforeAll(async () => {
  await requireImage(images.local);
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  const filters = { name: [nameHere] };
  for (const { Id } of await engine.listContainers({ all: true, filters }))
    await engine.getContainer(Id).remove({ force: true, v: true });
  const { Volumes } = await engine.listVolumes({ filters });
  for (const { Name } of Volumes) await engine.getVolume(Name).remove();
  for (const { Id } of await engine.listNetworks({ filters })) await engine.getNetwork(Id).remove();
});

describe.each(pages)('the commands of $page', ({ page, blocks }) => {
  it.each(blocks)('from line $line on do what the page says', async ({ line, script, output }) => {
    const here = script.replaceAll(nameOnPages, nameHere).replaceAll('valkey-bundle:local', images.local);
    // A port of the page may be taken on this machine; nothing on the page connects from outside the container.
    const free = here.replaceAll(/-p (127\.0\.0\.1:)?\d+:/g, '-p 127.0.0.1::');
    const ran = await execa('sh', ['-euc', free], { cwd: folder, all: true, reject: false, timeout: patienceMs });
    expect(ran.exitCode, `${page}:${line}:\n${ran.all}`).toBe(0);
    const printed = ran.all.replaceAll(nameHere, nameOnPages).replaceAll(images.local, 'valkey-bundle:local');
    if (output !== null)
      expect(missingLine(output, printed), `not printed, of the block below:\n${printed}`).toBeNull();
  });
});
