import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FullPart, readFullReport, writeFullReport } from '../../../scripts/lib/test-full-report.ts';

let root: string;
const part: FullPart = {
  title: 'the longer tests',
  passed: true,
  minutes: 2.5,
  seen: '2 passed, 0 failed',
  day: '2026-01-02',
  commit: 'abcdef123456',
  node: 'v26.0.0',
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'valkey-bundle-report-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('keeps what was run, and says what was not', async () => {
  expect(await readFullReport(root)).toEqual({});
  const tests = [{ name: 'a | b', status: 'passed', seconds: 3, measured: '5 keys' }];
  await writeFullReport(root, { full: { ...part, tests } }, ['tests', 'full']);
  expect(await readFullReport(root)).toEqual({ full: { ...part, tests } });
  const page = await readFile(join(root, 'dist', 'test-full.md'), 'utf8');
  expect(page).toContain('| tests | not run |');
  expect(page).toContain(
    '| the longer tests | passed | 2.5 | 2 passed, 0 failed | 2026-01-02 | abcdef123456 | v26.0.0 |',
  );
  expect(page).toContain('| a \\| b | passed | 3 | 5 keys |');
});
