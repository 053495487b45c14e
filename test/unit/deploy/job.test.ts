import { describe, expect, it } from 'vitest';
import { runJob } from '../../support/kube/job.ts';
import type { Pod } from '../../support/kube/pod.ts';
import { kinds } from '../../support/kube/schema.ts';

const manifest = (values: readonly number[]) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j' },
  spec: {
    backoffLimit: 2,
    podFailurePolicy: {
      rules: [{ action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values } }],
    },
    template: {
      metadata: { labels: {} },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: 'Never',
        securityContext: { runAsUser: 1, runAsGroup: 1, fsGroup: 1, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{ name: 'c', image: 'i' }],
      },
    },
  },
});

/** A pod that has ended with a code. */
function ended(code: number): Pod {
  const nothing = { stdout: '', stderr: '' };
  const pod: Pick<Pod, 'ended' | 'output' | 'remove'> = {
    ended: async () => code,
    output: async () => nothing,
    remove: async () => {},
  };
  // A Job asks its pods for nothing else.
  return pod as Pod;
}

/** How a Job goes whose pods end with these codes. */
const outcome = (...codes: readonly number[]) =>
  runJob(
    kinds.Job.parse(manifest([1, 64])),
    async (attempt) => ended(codes[attempt] ?? 0),
    () => 0,
  ).done();

describe('a Job whose policy fails it on 1 and 64', () => {
  it.each([
    ['a refusal', [1, 0], { succeeded: false, exitCodes: [1] }],
    ['a refusal after nodes that were out of reach', [75, 64, 0], { succeeded: false, exitCodes: [75, 64] }],
    [
      'nodes that are out of reach, then a pod that is killed',
      [75, 137, 0],
      { succeeded: true, exitCodes: [75, 137, 0] },
    ],
    ['nodes that stay out of reach', [75, 75, 75, 0], { succeeded: false, exitCodes: [75, 75, 75] }],
  ])('%s: exit codes %j', async (_what, codes, expected) => {
    expect(await outcome(...codes)).toMatchObject(expected);
  });
});

it('a Job whose policy has a rule that the harness does not run is refused', () => {
  const job = manifest([1]);
  const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
  expect(kinds.Job.safeParse({ ...job, spec: { ...job.spec, podFailurePolicy: { rules } } }).success).toBe(false);
});
