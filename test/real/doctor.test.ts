import { expect, it } from 'vitest';
import type { TestContainer } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';
import { until } from '../support/until.ts';

const containers = useContainers();
const MB = 1024 * 1024;

interface Report {
  readonly exitCode: number;
  readonly checks: readonly { readonly name: string; readonly findings: readonly { readonly code: string }[] }[];
}

/**
 * The codes of what the doctor found, but for what the machine under the container has: its kernel is not the test's.
 */
async function examine(container: TestContainer): Promise<{ codes: string[]; exitCode: number; text: string }> {
  const { stdout, stderr, exitCode } = await container.exec('valkey-bundle', 'doctor', '--json');
  const report = JSON.parse(stdout) as Report;
  expect([stderr, report.exitCode]).toEqual(['', exitCode]);
  const codes = report.checks.flatMap(({ findings }) => findings.map(({ code }) => code));
  return { codes: codes.filter((code) => !['VB807', 'VB808'].includes(code)), exitCode, text: stdout };
}

it('a server of which all is well has no finding', async () => {
  const { container } = await containers.serve({ env: { VALKEY_PASSWORD: 'hidden' } }, 'hidden');
  const { codes, exitCode, text } = await examine(container);
  expect([codes, exitCode]).toEqual([[], 0]);
  expect(text).not.toContain('hidden');
});

it('what is wrong with a server is found, each with its code', async () => {
  const server = await containers.serve({
    command: ['valkey-server', '--maxmemory', '512mb', '--enable-module-command', 'yes', '--dir', '/data/gone'],
    files: { '/data/gone': { directory: true, uid: 999, mode: 0o755 } },
    env: { SEARCH_MODULE_ARGS: '--reader-threads 2' },
    memory: 256 * MB,
    openFiles: { soft: 1000, hard: 1000 },
    sysctls: { 'net.core.somaxconn': '128' },
  });
  const { container } = server;
  await server.call('MODULE', 'UNLOAD', 'ldap');
  await server.call('MODULE', 'UNLOAD', 'bf');
  await container.read('cp', '/usr/lib/valkey/libvalkey_bloom.so', '/tmp/other.so');
  await server.call('MODULE', 'LOAD', '/tmp/other.so');
  await container.read('rm', '-r', '/data/gone');
  await server.call('BGSAVE');
  await until('the save has failed', async () =>
    String(await server.call('INFO', 'persistence')).includes('rdb_last_bgsave_status:err') ? true : undefined,
  );
  const { codes, exitCode } = await examine(container);
  expect(codes.toSorted()).toEqual(['VB801', 'VB801', 'VB802', 'VB803', 'VB804', 'VB809', 'VB810', 'VB811']);
  expect(exitCode).toBe(1);
});

it('a limit of memory wants maxmemory, with room for a save', async () => {
  const server = await containers.serve({ env: { VALKEY_PASSWORD: 'p' }, memory: 256 * MB }, 'p');
  expect(await examine(server.container)).toMatchObject({ codes: ['VB805'], exitCode: 0 });
  await server.call('CONFIG', 'SET', 'maxmemory', '200mb');
  expect(await examine(server.container)).toMatchObject({ codes: ['VB806'], exitCode: 0 });
  await server.call('CONFIG', 'SET', 'save', '');
  expect(await examine(server.container)).toMatchObject({ codes: [], exitCode: 0 });
});

it('what is refused, and a server that lets nobody in, could not be asked', async () => {
  const server = await containers.serve({ env: { VALKEY_PASSWORD: 'hidden' } }, 'hidden');
  await server.call('ACL', 'SETUSER', 'default', '-config');
  expect(await examine(server.container)).toMatchObject({ codes: ['VB814'], exitCode: 75 });
  await server.call('ACL', 'SETUSER', 'default', 'resetpass', '>another');
  const { codes, exitCode, text } = await examine(server.container);
  expect([codes, exitCode]).toEqual([['VB813'], 75]);
  expect(text).not.toContain('hidden');
});

it('a node of a cluster is held to what cluster check asks, and to its coverage', async () => {
  const args = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'yes'];
  const { container } = await containers.serve({ command: args, env: { VALKEY_PASSWORD: 'p' } }, 'p');
  const { codes, exitCode } = await examine(container);
  expect([[...new Set(codes)].toSorted(), exitCode]).toEqual([['VB720', 'VB812'], 1]);
});
