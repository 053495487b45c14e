import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { paths } from '../../../scripts/lib/workspace.ts';
import { actions } from '../../support/github-actions.ts';
import { type Event, playWorkflow, type StepResult } from '../../support/workflow.ts';
import { evaluate, filled } from '../../support/workflow-expression.ts';

const contexts = {
  github: { event_name: 'push', ref_name: 'main', event: {} },
  needs: { plan: { outputs: { locked: 'false', matrix: '{"include":[{"arch":"amd64"}]}' } } },
  inputs: {},
};

describe('an expression of a workflow', () => {
  it.each([
    ["github.event_name == 'push' && github.ref_name || ''", 'main'],
    ["github.event_name == 'schedule' && 1 || 2", 2],
    ['github.event.pull_request.number || github.ref_name', 'main'],
    ["needs.plan.outputs.locked != 'true'", true],
    ["!(inputs.move || github.event_name == 'PUSH')", false],
    ['fromJSON(needs.plan.outputs.matrix)', { include: [{ arch: 'amd64' }] }],
    ["'it''s'", "it's"],
    ['always()', true],
    ['success()', false],
  ])('%s', (text, value) => {
    expect(evaluate(text, contexts, false)).toEqual(value);
  });

  it.each(['secrets.TOKEN', 'github.run_nr', "contains('a', 'b')", 'needs[0]', '1 < 2', "'a", 'a b', '!', "('a'"])(
    '%s is refused',
    (text) => {
      expect(() => evaluate(text, { ...contexts, a: 1 }, true)).toThrow('does not know');
    },
  );

  it('is the text around it, too, unless there is none', () => {
    const text = (inner: string): string => `\${{ ${inner} }}`;
    expect(filled(`ci-${text('github.ref_name')}-${text('inputs.none')}.`, contexts, true)).toBe('ci-main-.');
    expect(filled(text('needs.plan.outputs'), contexts, true)).toEqual(contexts.needs.plan.outputs);
  });
});

const sample = `name: sample
on: { push: {} }
permissions: {}
env: { A: workflow, B: workflow }
jobs:
  build:
    needs: plan
    strategy: { fail-fast: false, matrix: "\${{ fromJSON(needs.plan.outputs.matrix) }}" }
    runs-on: \${{ matrix.on }}
    timeout-minutes: 1
    env: { B: job, ON: "\${{ matrix.on }}" }
    steps:
      - { run: fail, env: { C: step } }
      - { run: not this }
      - { run: this, if: always() }
  last:
    needs: build
    runs-on: one
    timeout-minutes: 1
    steps: [{ run: never }]
  plan:
    runs-on: one
    timeout-minutes: 1
    outputs: { matrix: "\${{ steps.plan.outputs.matrix }}" }
    steps:
      - { id: plan, run: plan }
      - { uses: owner/action@abc, if: "steps.plan.outputs.matrix == ''" }
`;

/** What is run, in its order, and how the jobs ended. */
async function playSample(text: string): Promise<{ ran: string[]; outcomes: string[] }> {
  const ran: string[] = [];
  const done: StepResult = { ok: true, outputs: {} };
  const event: Event = {
    contexts: { github: { event_name: 'push' }, inputs: {}, vars: {} },
    ended: () => {},
    open: async ({ runsOn }) =>
      runsOn === 'other'
        ? null
        : {
            async run(command, env) {
              ran.push([command, ...Object.values(env)].join(' '));
              const matrix = JSON.stringify({ include: [{ on: 'one' }, { on: 'other' }] });
              return { ok: command !== 'fail', outputs: command === 'plan' ? { matrix } : {} };
            },
            uses: async () => done,
            close: async () => {},
          },
  };
  const jobs = await playWorkflow(text, event);
  return { ran, outcomes: jobs.map(({ id, outcome }) => `${id} ${outcome}`) };
}

describe('a workflow that is played', () => {
  it('runs jobs after those that they need, a row at a time, and what follows a failure only where it says so', async () => {
    const { ran, outcomes } = await playSample(sample);
    expect(ran).toEqual(['plan workflow workflow', 'fail workflow job one step', 'this workflow job one']);
    expect(outcomes).toEqual(['plan success', 'build failure', 'build not played', 'last skipped']);
  });

  it.each([
    ['a key of a step', 'run: never', 'run: never, shell: sh'],
    ['a key of a job', 'needs: build\n', 'needs: build\n    container: debian\n'],
    ['an event', 'push: {}', 'release: {}'],
    ['a job that it needs', 'needs: build\n', 'needs: nothing\n'],
  ])('is refused where %s is not known', async (_, text, by) => {
    expect(sample).toContain(text);
    await expect(playSample(sample.replace(text, by))).rejects.toThrow();
  });
});

it.each(['ci.yml', 'release.yml'])('every action that %s uses has a stand-in for the rehearsal', (name) => {
  const text = readFileSync(join(paths.root, '.github/workflows', name), 'utf8');
  const used = [...text.matchAll(/uses: (\S+)@/g)].map((match) => match[1]);
  expect(used.filter((action) => !(action !== undefined && action in actions))).toEqual([]);
});
