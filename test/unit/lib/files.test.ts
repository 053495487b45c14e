import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import { jsonIfWhole, parseJson, placeWhole, textIfThere, writeJson } from '../../../scripts/lib/files.ts';

const schema = z.strictObject({ name: z.string() });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a record is written into a folder that is not there yet, and read back', async () => {
  const path = join(folder, 'deep', 'record.json');
  await writeJson(path, { name: 'search' });
  expect(await readFile(path, 'utf8')).toBe('{\n  "name": "search"\n}\n');
  expect(await jsonIfWhole(path, schema)).toEqual({ name: 'search' });
});

it('two that place one file at a time both succeed: one after the other takes its place', async () => {
  const path = join(folder, 'shared');
  const slow = (text: string) => async (partial: string) => {
    await writeFile(partial, text);
    await new Promise(setImmediate);
  };
  await Promise.all([placeWhole(path, slow('same')), placeWhole(path, slow('same'))]);
  expect(await readFile(path, 'utf8')).toBe('same');
});

it('where making a file fails, the old one stays and nothing else is left', async () => {
  const path = join(folder, 'file');
  await writeFile(path, 'old');
  const cut = placeWhole(path, async (partial) => {
    await writeFile(partial, 'half');
    throw new Error('the disk is full');
  });
  await expect(cut).rejects.toThrow('the disk is full');
  expect(textIfThere(path)).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

it.each([
  ['a missing file', null],
  ['half a record', '{"name"'],
  ['a record of another form', '{"title":"search"}'],
])('%s is a record to be made again', async (_, text) => {
  if (text !== null) await writeFile(join(folder, 'record.json'), text);
  expect(await jsonIfWhole(join(folder, 'record.json'), schema)).toBeNull();
});

it('what is not JSON is told from JSON of another form', () => {
  expect(parseJson('{', schema)).toMatchObject({ ok: false, problem: 'syntax' });
  expect(parseJson('{}', schema)).toMatchObject({ ok: false, problem: 'form' });
});

it('a file that is not there is told from one that cannot be read', () => {
  expect(textIfThere(join(folder, 'missing'))).toBeNull();
  expect(() => textIfThere(folder)).toThrow(/VP106/);
});
