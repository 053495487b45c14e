import { expect, it } from 'vitest';
import { allReady, jobDone, renderCluster, untilGreen, useNamespaces } from '../support/kube/scope.ts';
import { bodiesOf } from '../support/pages.ts';

const open = useNamespaces();
const all = ['valkey-0', 'valkey-1', 'valkey-2'] as const;

/**
 * What the page pipes into a node, for a file whose text is `password`: from `printf` on, without the kubectl between.
 */
function rotation(password: string): string {
  const line = bodiesOf('docs/operate/upgrade.md')
    .flatMap((block) => block.split('\n'))
    .find((one) => one.includes('ACL SETUSER'));
  const [, printed, , command] =
    /(printf '[^']+') "\$\((.*?)\)" \| kubectl [^']* -- sh -c '(.*)'; done/.exec(line ?? '') ?? [];
  if (printed === undefined || command === undefined)
    throw new Error(`the page rotates the password otherwise: ${line}`);
  return `${printed} '${password}' | sh -c '${command}'`;
}

it('a new password, as docs/operate/upgrade.md gives it: both are taken while nodes restart, and afterwards the old one no more', async () => {
  const namespace = await open(await renderCluster({ password: 'old' }));
  await jobDone(namespace);
  await untilGreen(namespace.pod('valkey-0'));
  const asks = async (pod: string, password: string): Promise<string> =>
    (await namespace.pod(pod).exec('env', `REDISCLI_AUTH=${password}`, 'valkey-cli', 'DBSIZE')).stdout;

  for (const pod of all) {
    const { exitCode, stdout, stderr } = await namespace.pod(pod).exec('sh', '-c', rotation('new'));
    expect([exitCode, stdout.trim()], stderr).toEqual([0, 'OK']);
    expect([await asks(pod, 'old'), await asks(pod, 'new')]).toEqual(['0\n', '0\n']);
  }
  // The Job is as it was: the Secret is no part of it.
  await namespace.apply(await renderCluster({ password: 'new' }));
  for (const [index, pod] of all.entries()) {
    await namespace.replacePods([pod], 'in peace');
    await allReady(namespace);
    for (const other of all) expect(await asks(other, 'new')).toBe('0\n');
    for (const waiting of all.slice(index + 1)) expect(await asks(waiting, 'old')).toBe('0\n');
  }
  await untilGreen(namespace.pod('valkey-0'));
  for (const pod of all) expect(await asks(pod, 'old')).toMatch(/WRONGPASS|NOAUTH/);
});
