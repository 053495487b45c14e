import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureStamped } from '../../../scripts/lib/stamped-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stamped-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, 'out/program');
const workFolders = () => join(folder, 'work');
const left = () => readdir(workFolders());

/** Makes the program of a source; `meanwhile` happens after the source was read. */
async function ensure(
  source: { text: string },
  meanwhile: (times: number) => Promise<void> | void = () => {},
): Promise<{ isMade: boolean; times: number }> {
  let times = 0;
  const isMade = await ensureStamped({
    path: path(),
    inputs: () => Promise.resolve(source.text),
    async make(work) {
      times++;
      await writeFile(join(work, 'program'), `made of ${source.text}`);
      await meanwhile(times);
      return join(work, 'program');
    },
    workFolders: workFolders(),
    report: () => {},
  });
  return { isMade, times };
}
const once = { isMade: true, times: 1 };
const notAtAll = { isMade: false, times: 0 };
const program = () => readFile(path(), 'utf8');

describe('a file with a stamp', () => {
  it('is made once of the same inputs, and again of others', async () => {
    expect(await ensure({ text: 'one' })).toEqual(once);
    expect(await ensure({ text: 'one' })).toEqual(notAtAll);
    expect(await ensure({ text: 'other' })).toEqual(once);
    expect(await program()).toBe('made of other');
  });

  it.each<[string, () => Promise<void>]>([
    ['it is gone', () => rm(path())],
    ['other bytes of the same size stand there', () => writeFile(path(), 'made of two')],
    ['its stamp is gone', () => rm(`${path()}.inputs`)],
    ['its stamp is cut off', async () => writeFile(`${path()}.inputs`, (await stamp()).slice(0, -1))],
  ])('is made again where %s', async (_, damage) => {
    await ensure({ text: 'one' });
    await damage();
    expect(await ensure({ text: 'one' })).toEqual(once);
    expect(await program()).toBe('made of one');
  });

  it('is not taken for one of the inputs before it: a kill after the renaming leaves the file of B beside the stamp of A', async () => {
    await ensure({ text: 'A' });
    const ofA = await stamp();
    await ensure({ text: 'B' });
    await writeFile(`${path()}.inputs`, ofA);
    expect(await ensure({ text: 'A' })).toEqual(once);
    expect(await program()).toBe('made of A');
  });

  it('is made again if its inputs change while it is made', async () => {
    const source = { text: 'one' };
    const change = (times: number): void => {
      if (times === 1) source.text = 'other';
    };
    expect(await ensure(source, change)).toEqual({ isMade: true, times: 2 });
    expect(await program()).toBe('made of other');
    expect(await ensure(source)).toEqual(notAtAll);
  });

  it('stays as it was if its inputs never stand still', async () => {
    await ensure({ text: 'one' });
    const source = { text: 'other' };
    const change = (times: number): void => {
      source.text = `other ${times}`;
    };
    await expect(ensure(source, change)).rejects.toMatchObject({ code: 'VP908' });
    expect(await ensure({ text: 'one' })).toEqual(notAtAll);
    expect(await left()).toEqual([]);
  });

  it('is whole, and believed by the next, if two make it at the same time', async () => {
    const { promise: bothAtWork, resolve } = Promise.withResolvers<void>();
    let running = 0;
    const meanwhile = (): Promise<void> => {
      running++;
      if (running === 2) resolve();
      return bothAtWork;
    };
    await Promise.all([ensure({ text: 'one' }, meanwhile), ensure({ text: 'one' }, meanwhile)]);
    expect(await program()).toBe('made of one');
    expect(await ensure({ text: 'one' })).toEqual(notAtAll);
    expect(await left()).toEqual([]);
  });

  it('leaves no work folder when making it fails', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    await expect(ensure({ text: 'one' }, fail)).rejects.toThrow('no');
    expect(await left()).toEqual([]);
  });

  it('takes away the work folders of runs that were killed, and not those of runs that are at work', async () => {
    const old = join(workFolders(), 'work-killed');
    const busy = join(workFolders(), 'work-busy');
    for (const one of [old, busy]) await mkdir(one, { recursive: true });
    await writeFile(join(old, 'program'), 'half');
    const before = new Date(Date.now() - 2 * 3_600_000);
    await utimes(old, before, before);
    await ensure({ text: 'one' });
    expect(await left()).toEqual(['work-busy']);
  });
});

function stamp(): Promise<string> {
  return readFile(`${path()}.inputs`, 'utf8');
}
