import { beforeAll, expect, it } from 'vitest';
import { type ClusterNode, named, untilUp, useClusterNetwork } from '../support/cluster-network.ts';

const network = useClusterNetwork();
let nodes: ClusterNode[] = [];
const check = ['cluster', 'check', '--nodes', 'd1', '--timeout', '0'];

beforeAll(async () => {
  const wishes = {
    d1: {},
    d2: { env: { VALKEY_MODULES: 'none' } },
    d3: { args: ['--rename-command', 'CONFIG', ''] },
  };
  nodes = await Promise.all(
    Object.entries(wishes).map(([name, wish]) => network.node(name, { ...wish, inMemory: true })),
  );
  await untilUp(nodes);
  for (const node of nodes) {
    const users = {
      mon: '-config',
      blind: '-info',
      mute: '-exists',
      deaf: node.name === 'd2' ? '-config' : '-ft._list',
    };
    for (const [user, rule] of Object.entries(users))
      expect(await node.cli('ACL', 'SETUSER', user, 'on', '>pw', '~*', '&*', '+@all', rule)).toBe('OK');
  }
  expect(await network.tool('cluster', 'ensure', '--nodes', named(nodes))).toMatchObject({ exitCode: 0 });
});

const as = (user: string, ...args: string[]) => network.toolWith({ VALKEYCLI_AUTH: 'pw' }, ...args, '--user', user);

it('cluster check as a user that may not CONFIG fails and names the reason, though a node has no modules', async () => {
  const { exitCode, stdout, stderr } = await as('mon', ...check);
  expect([exitCode, stderr.includes('VB720: failed: modules')]).toEqual([1, true]);
  expect(stdout).toMatch(/^ +d1:6379: CONFIG GET: NOPERM /m);
  expect(stdout).toMatch(/^ +d2:6379 lacks search, which d1:6379 has$/m);
});

it('cluster check fails where a node has CONFIG under another name, and names it', async () => {
  const { exitCode, stdout } = await network.tool(...check);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^FAIL modules/m);
  expect(stdout).toMatch(/^ +d3:6379: CONFIG GET: ERR unknown command/m);
});

it('a right that is missing is no wrong password', async () => {
  for (const args of [check, ['cluster', 'ensure', '--nodes', named(nodes)]]) {
    const { exitCode, stderr } = await as('blind', ...args);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/VB716: d1:6379: INFO: NOPERM/)]);
  }
});

it('cluster ensure fails where it may not ask whether an earlier run was cut off', async () => {
  const { exitCode, stderr } = await as('mute', 'cluster', 'ensure', '--nodes', named(nodes));
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/VB716: d\d:6379: EXISTS .*NOPERM/)]);
});

it('cluster verify-coordinator fails where it may not list indexes', async () => {
  const { exitCode, stderr } = await as('deaf', 'cluster', 'verify-coordinator', '--nodes', 'd1', '--timeout', '2');
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/VB716: d\d:6379: FT._LIST: NOPERM/)]);
});
