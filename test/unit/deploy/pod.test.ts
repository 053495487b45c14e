import { describe, expect, it } from 'vitest';
import { environmentOf, expand } from '../../support/kube/create-pod.ts';
import { runJob } from '../../support/kube/job.ts';
import { type Pod, watchProbe } from '../../support/kube/pod.ts';
import { kinds } from '../../support/kube/schema.ts';

const pod = { name: 'valkey-1', namespace: 'valkey', ip: '10.1.2.3' };
const secrets = new Map([['valkey', new Map([['password', Buffer.from('geheim')]])]]);
const container = { name: 'c', image: 'i' };

it('variables come from values, from the pod and from secrets, and a value may use those before it', () => {
  const env = [
    { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' as const } } },
    { name: 'SPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' as const } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' as const } } },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'valkey', key: 'password' } } },
    { name: 'HOST', value: '$(NAME).$(SPACE) $(LATER)' },
    { name: 'LATER', value: 'x' },
  ];
  expect(Object.fromEntries(environmentOf({ ...container, env }, pod, { secrets }))).toEqual({
    NAME: 'valkey-1',
    SPACE: 'valkey',
    IP: '10.1.2.3',
    PASSWORD: 'geheim',
    HOST: 'valkey-1.valkey $(LATER)',
    LATER: 'x',
  });
});

it('a secret that is not there keeps the pod from starting', () => {
  const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'other', key: 'password' } } }];
  expect(() => environmentOf({ ...container, env }, pod, { secrets })).toThrow(/no key password of a Secret other/);
});

it.each([
  ['$(POD_NAME).svc', 'valkey-0.svc'],
  ['$(A)$(POD_NAME)', '1valkey-0'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(POD_NAME)', '$(POD_NAME)'],
  ['$$$(POD_NAME)', '$valkey-0'],
  ['$POD_NAME', '$POD_NAME'],
  ['nodes=$$(seq 0 $$((NODES - 1))) "$nodes"', 'nodes=$(seq 0 $((NODES - 1))) "$nodes"'],
  ['$(POD_NAME', '$(POD_NAME'],
])('%j becomes %j', (text, expanded) => {
  const variables = new Map([
    ['POD_NAME', 'valkey-0'],
    ['A', '1'],
  ]);
  expect(expand(text, variables)).toBe(expanded);
});

/** Plays answers to a probe without delay, and returns what it reported, with the number of answers by then. */
async function reports(
  answers: readonly boolean[],
  thresholds: { successThreshold?: number; failureThreshold?: number },
) {
  const over = new AbortController();
  const seen: [number, boolean][] = [];
  let asked = 0;
  await watchProbe(
    { exec: { command: ['x'] }, periodSeconds: 0, ...thresholds },
    async () => {
      asked += 1;
      if (asked > answers.length) over.abort();
      return answers[asked - 1] ?? false;
    },
    over.signal,
    (succeeds) => void seen.push([asked, succeeds]),
  );
  return seen;
}

describe('a probe', () => {
  it('succeeds with the first success, and says so once', async () => {
    expect(await reports([false, true, true], {})).toEqual([[2, true]]);
  });
  it('fails after as many failures in a row as its threshold', async () => {
    expect(await reports([false, false, true, false, false, false], { failureThreshold: 3 })).toEqual([
      [3, true],
      [6, false],
    ]);
  });
  it('waits for as many successes as its threshold', async () => {
    expect(await reports([true, false, true, true], { successThreshold: 2 })).toEqual([[4, true]]);
  });
  it('has Kubernetes’ threshold of three failures where the manifest has none', async () => {
    expect(await reports([false, false, false], {})).toEqual([[3, false]]);
  });
});

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
