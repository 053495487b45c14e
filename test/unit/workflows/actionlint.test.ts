import { expect, test } from 'vitest';
import { startActionlint } from '../../../scripts/workflows/actionlint.ts';
import { good } from './sample-workflow.ts';

const lint = await startActionlint();
const messages = (text: string): string[] => lint('.github/workflows/sample.yml', text).map(({ message }) => message);

test('a good workflow passes actionlint', () => {
  expect(messages(good)).toEqual([]);
});

test.each([
  [
    'a job that needs one that does not exist',
    'timeout-minutes: 10',
    'timeout-minutes: 10\n    needs: [plan]',
    'job-needs',
  ],
  ['an output that no job has', 'MODULE: search', `MODULE: \${{ needs.plan.outputs.module }}`, 'expression'],
  [
    'a row that the matrix does not have',
    'runs-on: ubuntu-24.04',
    `strategy: { matrix: { a: [1] } }\n    runs-on: \${{ matrix.b }}`,
    'expression',
  ],
  ['a wrong schedule', 'push:\n    branches: [main]', 'schedule:\n    - cron: "61 * * * *"', 'events'],
  ['an unknown event', 'push:\n    branches: [main]', 'pushed:', 'events'],
  ['an unknown key', 'timeout-minutes: 10', 'timeout-minutes: 10\n    time: 3', 'syntax-check'],
])('actionlint refuses %s', (_title, piece, replacement, kind) => {
  expect(good).toContain(piece);
  expect(messages(good.replace(piece, replacement))).toContainEqual(expect.stringContaining(`(actionlint: ${kind})`));
});

test('labels and scopes that are newer than actionlint are left to our own rules', () => {
  expect(
    messages(good.replace('ubuntu-24.04', 'ubuntu-24.04-arm').replace('contents: read', 'attestations: write')),
  ).toEqual([]);
});

test('the variables of a repository are known, and other contexts that do not exist are not', () => {
  expect(messages(good.replace('MODULE: search', `MODULE: \${{ vars.MODULE }}`))).toEqual([]);
  expect(messages(good.replace('MODULE: search', `MODULE: \${{ settings.MODULE }}`))).toHaveLength(1);
});
