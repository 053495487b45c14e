import { describe, expect, test } from 'vitest';
import { checkWorkflow } from '../../../scripts/workflows/check-workflow.ts';
import { readWorkflow } from '../../../scripts/workflows/workflow-file.ts';
import { good, pins, workflow, workflowWith } from './sample-workflow.ts';

const usages = new Map<string, string | null>([
  ['build', 'npm run build -- [MODULE...] --line LINE [--platform PLATFORM] [-h]'],
  ['check', null],
]);
const known = { pins, usages };
const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
const command = 'npm run build -- "$MODULE" --line "$LINE"';

/** Where the problems are, and the word that tells which rule speaks. */
const broken: readonly (readonly [title: string, piece: string, replacement: string, line: number, word: string])[] = [
  ['a tag instead of a commit', checkout, 'actions/checkout@v7', 16, 'pinned'],
  ['a shortened commit', checkout, 'actions/checkout@3d3c42e5aac5 # v7.0.1', 16, 'pinned'],
  ['an action in a container', checkout, 'docker://alpine:3.20', 16, 'pinned'],
  ['a commit without its tag', checkout, checkout.replace(' # v7.0.1', ''), 16, 'exact tag'],
  ['a tag that is not exact', checkout, checkout.replace('v7.0.1', 'v7'), 16, 'exact tag'],
  ['a tag that was changed without its commit', checkout, checkout.replace('v7.0.1', 'v7.0.2'), 16, 'was read'],
  ['a commit that nobody read', checkout, checkout.replace('3d3c', '4d4c'), 16, 'was read'],
  ['an action that nobody read', checkout, checkout.replace('actions/checkout', 'actions/checkin'), 16, 'was read'],
  ['two commands', command, 'npm run build && npm run check', 19, 'shell logic'],
  ['a pipe', command, 'npm run build | tee log', 19, 'shell logic'],
  ['a substitution', command, 'npm run build -- "$(date)"', 19, 'shell logic'],
  ['a variable that is not quoted', command, 'npm run build -- $MODULE', 19, 'shell logic'],
  ['a glob', command, 'npm run build -- mod*', 19, 'shell logic'],
  ['several lines', command, '|\n          npm run build\n          npm run check', 19, 'one line'],
  ['another program', command, 'docker build .', 19, 'own command'],
  ['an expression in a command', command, `npm run build -- "\${{ github.ref_name }}"`, 19, 'expression'],
  ['a script that does not exist', command, 'npm run biuld', 19, 'no script biuld'],
  ['an option that the verb does not know', command, 'npm run build -- --lines "$LINE"', 19, 'no option --lines'],
  ['an option to a script without usage', command, 'npm run check -- --fast', 19, 'no option --fast'],
  ['no permissions at all', 'permissions: {}\n', '', 1, 'not empty'],
  ['permissions for all jobs', 'permissions: {}', 'permissions: { contents: read }', 5, 'not empty'],
  ['every permission', 'permissions:\n      contents: read', 'permissions: write-all', 13, 'takes write-all'],
  ['a job without permissions', '    permissions:\n      contents: read\n', '', 11, 'names no permissions'],
  ['a scope that is not used here', 'contents: read', 'deployments: write', 14, 'unknown permission'],
  ['a level that does not exist', 'contents: read', 'contents: admin', 14, 'unknown permission'],
  ['a token left in the checkout', 'persist-credentials: false', 'fetch-depth: 0', 16, 'leaves its token'],
  ['rights on a foreign commit', 'push:\n    branches: [main]', 'pull_request_target:', 3, 'foreign commits'],
  [
    'rights on a foreign commit, listed',
    'on:\n  push:\n    branches: [main]',
    'on: [push, workflow_run]',
    2,
    'foreign',
  ],
  ['another secret', 'MODULE: search', `MODULE: \${{ secrets.DEPLOY_KEY }}`, 19, 'DEPLOY_KEY'],
  ['a secret by its name in brackets', 'MODULE: search', `MODULE: \${{ secrets['DEPLOY_KEY'] }}`, 19, 'DEPLOY_KEY'],
  ['a secret with blanks about the dot', 'MODULE: search', `MODULE: \${{ secrets . DEPLOY_KEY }}`, 19, 'DEPLOY_KEY'],
  ['a secret in capitals', 'MODULE: search', `MODULE: \${{ SECRETS.DEPLOY_KEY }}`, 19, 'DEPLOY_KEY'],
  ['a secret whose name is computed', 'MODULE: search', `MODULE: \${{ secrets[matrix.key] }}`, 19, 'takes secrets'],
  ['all secrets at once', 'MODULE: search', `MODULE: \${{ toJSON(secrets) }}`, 19, 'takes secrets'],
  ['a secret in a condition', 'env:', "if: secrets.DEPLOY_KEY != ''\n        env:", 19, 'DEPLOY_KEY'],
  ['a secret beside the token', 'MODULE: search', `M: \${{ secrets.GITHUB_TOKEN || secrets.KEY }}`, 19, 'KEY'],
  [
    'a secret of every step of a job',
    'steps:',
    `env: { KEY: "\${{ secrets.DEPLOY_KEY }}" }\n    steps:`,
    15,
    'DEPLOY_KEY',
  ],
  ['a secret of a service', 'steps:', `services: { x: "\${{ secrets['X'] }}" }\n    steps:`, 15, 'secret X'],
  ['a secret of every job', 'jobs:', `env: { KEY: "\${{ secrets.DEPLOY_KEY }}" }\njobs:`, 9, 'DEPLOY_KEY'],
  ['a workflow that gets every secret', 'steps:', 'secrets: inherit\n    steps:', 15, 'every secret'],
  ['a workflow that gets a secret', 'steps:', `secrets: { k: "\${{ secrets.KEY }}" }\n    steps:`, 15, 'KEY'],
  ['no concurrency group', 'concurrency:\n', 'x-concurrency:\n', 1, 'concurrency'],
  [
    'pushes that may be left out',
    'MODULE: search',
    `FROM: \${{ github.event.before }}`,
    7,
    'share a concurrency group',
  ],
  ['a job without an end', '    timeout-minutes: 10\n', '', 11, 'six hours'],
  ['a runner that moves', 'ubuntu-24.04', 'ubuntu-latest', 11, 'runs on ubuntu-latest'],
  ["a runner out of somebody's hands", 'ubuntu-24.04', `\${{ inputs.runner }}`, 11, 'runs on'],
];

describe('a workflow', () => {
  test('in which every rule holds has no problem', () => {
    expect(checkWorkflow(workflow(good), known)).toEqual([]);
  });

  test.each(broken)('is refused for %s', (_title, piece, replacement, line, word) => {
    const found = checkWorkflow(workflowWith(piece, replacement), known);
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(word)]);
    expect(found[0]?.line).toBe(line);
  });

  test('may take the runner from a matrix that a script made', () => {
    expect(checkWorkflow(workflowWith('ubuntu-24.04', `\${{ matrix.runner }}`), known)).toEqual([]);
  });

  test('may compare a push with the one before where each push has a group of its own', () => {
    const text = good.replace('MODULE: search', `FROM: \${{ github.event.before }}`);
    expect(checkWorkflow(workflow(text.replace('github.ref', 'github.sha')), known)).toEqual([]);
  });

  test('may use an action that stands in a folder of a repository that was read', () => {
    const text = workflowWith('actions/checkout@', 'actions/checkout/download@');
    expect(checkWorkflow(text, known)).toEqual([]);
  });

  test.each(['secrets.GITHUB_TOKEN', "secrets['GITHUB_TOKEN']", 'github.token'])(
    'may take the token of the job from %s',
    (token) => {
      expect(checkWorkflow(workflowWith('MODULE: search', `GH_TOKEN: \${{ ${token} }}`), known)).toEqual([]);
      expect(checkWorkflow(workflowWith('jobs:', `env: { GH_TOKEN: "\${{ ${token} }}" }\njobs:`), known)).toEqual([]);
    },
  );

  test('that is not YAML gives one problem with its place', () => {
    const read = readWorkflow('x.yml', 'on: push\njobs: {a: [}\n');
    expect('problems' in read && read.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('not YAML'),
    ]);
  });

  test('without jobs gives a problem instead of a stack', () => {
    expect('problems' in readWorkflow('x.yml', 'on: push\n')).toBe(true);
  });
});
