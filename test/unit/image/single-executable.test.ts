import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../../../scripts/image/single-executable.ts';

describe('the key under which an executable is kept', () => {
  let folder: string;
  const write = (name: string, text: string) => writeFile(join(folder, `${name}.ts`), text);
  const keyOf = async (define: Readonly<Record<string, string>> = {}) => {
    const given = { input: join(folder, 'main.ts'), define, rehearsal: join(folder, 'rehearsal.ts') };
    return (await bundleProgram(given)).key;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    await write('main', "import { word } from './word.ts';\nconsole.log(word, WHO);\n");
    await write('word', "export const word = 'hello';\n");
    await write('rehearsal', 'export function rehearse(): void {}\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('stays where nothing of the program changes, whatever lies beside it', async () => {
    const before = await keyOf();
    await write('other', 'export const other = 1;\n');
    await write('word', "/** A comment. */\nexport const word = 'hello';\n");
    expect(await keyOf()).toBe(before);
  });

  it.each([
    ['a file that the program imports', 'word', "export const word = 'good day';\n"],
    ['the rehearsal of its start', 'rehearsal', 'export function rehearse(): void {\n  console.log();\n}\n'],
  ])('is another one after a change of %s', async (_, name, text) => {
    const before = await keyOf();
    await write(name, text);
    expect(await keyOf()).not.toBe(before);
  });

  it('is another one where other data is put in', async () => {
    expect(await keyOf({ WHO: '"you"' })).not.toBe(await keyOf({ WHO: '"me"' }));
  });
});
