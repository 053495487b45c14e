import { createHash } from 'node:crypto';
import { appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCosign } from '../../scripts/supply/cosign.ts';
import { engine, images, requireImage } from '../support/docker-engine.ts';
import { blocksOf, readPage } from '../support/pages.ts';
import { longTestMs } from '../support/patience.ts';

const page = 'docs/operate/k3s.md';
const [save = '', verify = '', load = ''] = blocksOf(readPage(page), page)
  .filter(({ kind }) => kind.kind === 'by')
  .map(({ body }) => body.replaceAll('valkey-bundle:local', images.local));

let folder: string;
let there: string;
let programs: string;
beforeAll(async () => {
  await requireImage(images.local);
  [folder, there, programs] = [await newFolder('here'), await newFolder('there'), await newFolder('bin')];
  await symlink(await ensureCosign(), join(programs, 'cosign'));
  const made = await run(save, folder);
  expect(made.exitCode, made.all).toBe(0);
});
afterAll(async () => {
  for (const one of [folder, there, programs]) await rm(one, { recursive: true, force: true });
});

function newFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `air-gapped-${name}-`));
}

async function run(script: string, cwd: string) {
  const env = { PATH: `${programs}:${process.env['PATH']}`, COSIGN_PASSWORD: 'of the key' };
  const ran = await execa('sh', ['-euc', script], { cwd, env, all: true, reject: false, timeout: longTestMs });
  return { exitCode: ran.exitCode, all: ran.all };
}

/** What is carried over, and nothing else. */
async function carry(): Promise<void> {
  for (const name of ['valkey-bundle.tar.gz', 'SHA256SUMS', 'SHA256SUMS.sig', 'cosign.pub'])
    await cp(join(folder, name), join(there, name));
}

describe(`the archive of ${page}`, () => {
  it('is accepted where nothing was changed, and loads as the image that was saved', async () => {
    await carry();
    const verified = await run(verify, there);
    expect(verified.exitCode, verified.all).toBe(0);
    const { Id } = await engine.getImage(images.local).inspect();
    const loaded = await run(load, there);
    expect([loaded.exitCode, loaded.all]).toEqual([0, expect.stringContaining(images.local)]);
    expect((await engine.getImage(images.local).inspect()).Id).toBe(Id);
  });

  it.each([
    ['an archive that was changed', 'valkey-bundle.tar.gz', /FAILED|did NOT match/],
    ['a list that was changed', 'SHA256SUMS', /invalid signature|failed to verify/i],
  ])('is refused with %s', async (_what, name, why) => {
    await carry();
    await appendFile(join(there, name), 'x');
    const verified = await run(verify, there);
    expect(verified.exitCode).not.toBe(0);
    expect(verified.all).toMatch(why);
  });

  it('is refused with a list that somebody else signed for a changed archive', async () => {
    await carry();
    await appendFile(join(there, 'valkey-bundle.tar.gz'), 'x');
    const sum = createHash('sha256')
      .update(await readFile(join(there, 'valkey-bundle.tar.gz')))
      .digest('hex');
    await writeFile(join(there, 'SHA256SUMS'), `${sum}  valkey-bundle.tar.gz\n`);
    expect((await run(verify, there)).exitCode).not.toBe(0);
  });
});
