import { expect, it } from 'vitest';
import { knnAcrossShards } from '../../../scripts/verify/coordinator.ts';

const index = 'ok   the index made on n1 is on all 3 nodes\n';
const query = 'ok   a KNN query to each of 3 primaries finds the documents of all of them\n';

/** What the check makes of a run of the tool. */
function seen(ran: { readonly exitCode?: number; readonly stdout?: string; readonly stderr?: string }) {
  return knnAcrossShards({ exec: async () => ({ exitCode: 0, stdout: '', stderr: '', ...ran }) });
}

it('passes with what the tool saw', async () => {
  expect(await seen({ stdout: `${index}${query}` })).toMatch(
    /^the index made on .*; a KNN query to each of 3 primaries/,
  );
});

it('is not run where the tool says that search is a stand-in', async () => {
  const stderr = 'valkey-bundle: warning VB735: search cannot search here: the KNN half was not run\n';
  await expect(seen({ stdout: index, stderr })).rejects.toMatchObject({ name: 'CheckNotRun' });
});

it.each([
  [
    'finds something wrong',
    { exitCode: 1, stderr: 'valkey-bundle: error VB733: n2 does not find the documents of n1' },
  ],
  ['leaves something behind', { stdout: `${index}${query}`, stderr: 'valkey-bundle: warning VB734: x' }],
  ['does not search', { stdout: index }],
])('fails where the tool %s', async (_, ran) => {
  await expect(seen(ran)).rejects.toMatchObject({ name: 'CheckFailed' });
});
