import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { calledScript } from '../../../scripts/workflows/known-verbs.ts';
import { readUsages } from '../../../scripts/workflows/read-usages.ts';

test.each([
  ['npm run build', { script: 'build', options: [] }],
  ['npm run --silent build -- search --line "$LINE"', { script: 'build', options: ['--line'] }],
  ['npm run build -- --line="$LINE" -h', { script: 'build', options: ['--line', '-h'] }],
  ['npm test -- unit golden', { script: 'test', options: [] }],
  ['.ci/run', null],
])('%s', (run, called) => {
  expect(calledScript(run)).toEqual(called);
});

test('the usage of a verb is read out of its script, and a script that is no verb has none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'usages-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'scripts'));
  await writeFile(join(root, 'scripts', 'build.ts'), 'const a = `x`;\nconst usage = `npm run build\n  --line LINE`;\n');
  await writeFile(join(root, 'scripts', 'dumb.ts'), 'await work();\n');
  const verbs = ['build', 'dumb', 'missing'].map((verb) => [verb, `exec node scripts/bootstrap.mjs ${verb}`]);
  const usages = await readUsages(root, { ...Object.fromEntries(verbs), format: 'biome check --write .' });
  expect([...usages]).toEqual([
    ['build', 'npm run build\n  --line LINE'],
    ['dumb', null],
    ['missing', null],
    ['format', null],
  ]);
});
