import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildEntrypoint } from '../../scripts/image/entrypoint-build.ts';
import { buildExecutable } from '../../scripts/image/single-executable.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'executable');

let folder: string;
let node: string;
let executable: string;

async function build(rehearsal: string): Promise<string> {
  const work = join(folder, rehearsal);
  await mkdir(work);
  const output = join(work, 'executable');
  const input = join(fixtures, 'program.ts');
  await buildExecutable({ input, define: {}, rehearsal: join(fixtures, rehearsal), node, work, output });
  return output;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-executable-'));
  node = join(dirname((await buildEntrypoint()).path), `node-${process.version}`);
  executable = await build('rehearsal.ts');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The same executable with a code cache of another V8: its header names the version behind four bytes of magic. */
async function withForeignCache(): Promise<string> {
  const bytes = await readFile(executable);
  const cache = await readFile(join(folder, 'rehearsal.ts', 'cache'));
  const at = bytes.indexOf(cache.subarray(0, 64));
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt32LE((bytes.readUInt32LE(at + 4) ^ 1) >>> 0, at + 4);
  const path = join(folder, 'foreign');
  await writeFile(path, bytes, { mode: 0o755 });
  return path;
}

describe('an executable', () => {
  test('becomes another program, with the arguments and the environment that it names', async () => {
    const { stdout } = await execa(executable, ['/bin/sh', 'sh', '-c', 'echo "$0 $1 $ONLY"; env', 'ü', 'two words'], {
      env: { OTHER: '1' },
    });
    const [first, ...variables] = stdout.split('\n');
    expect(first).toBe('ü two words this');
    expect(variables.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual(['ONLY=this']);
  });

  test.each([
    ['/none', ['none'], 'ENOENT'],
    ['/etc/passwd', ['passwd'], 'EACCES'],
    ['/bin/echo', ['echo', 'a\\0b'], 'ERR_INVALID_ARG_VALUE'],
  ])('that cannot become %j with %j goes on: %s', async (path, words, code) => {
    const { stdout, exitCode } = await execa(executable, [path, ...words]);
    expect([stdout, exitCode]).toEqual([`not started: ${code}`, 0]);
  });

  test('does the same where its code cache is not taken', async () => {
    const { stdout, stderr } = await execa(await withForeignCache(), ['/bin/echo', 'echo', 'hello']);
    expect([stdout, stderr]).toEqual(['hello', '']);
  });

  test('takes nothing from NODE_OPTIONS', async () => {
    const { stdout } = await execa(executable, ['/bin/echo', 'echo'], { env: { NODE_OPTIONS: '--no-such-option' } });
    expect(stdout).toBe('');
  });
});

test('a build whose rehearsal does not come to its end fails, and says so', async () => {
  await expect(build('rehearsal-without-end.ts')).rejects.toThrow('rehearsal-without-end.ts did not come to its end');
});
