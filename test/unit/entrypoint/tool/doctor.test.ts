import { describe, expect, it } from 'vitest';
import { DEFAULT_SERVER } from '../../../../entrypoint/modules/manifest.ts';
import { moduleFile } from '../../../support/elf.ts';
import { kindsOf, waitingTool } from '../../../support/fake-start.ts';

type Image = Parameters<typeof waitingTool>[2];

describe('doctor of a container without a server', () => {
  const marks = async (image: Image = {}) => {
    const { stdout, exitCode } = await waitingTool(['doctor'], {}, image);
    return [[...stdout.matchAll(/^ +(VB\d+) /gm)].map(([, code]) => code), exitCode];
  };
  it('finds nothing wrong in the image, and says that no server was started', async () => {
    const done = await waitingTool(['doctor']);
    expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    expect(done.stdout).toMatch(/\nNo server was started here/);
    expect(kindsOf(done)).toEqual(['exit']);
  });
  it.each<[string, Image, string]>([
    ['a missing server', { files: { [DEFAULT_SERVER]: { link: '/none' } } }, 'VB501'],
    ['a server that nobody may execute', { files: { [DEFAULT_SERVER]: 'x' } }, 'VB502'],
    ['a missing user', { users: {} }, 'VB505'],
    ['no place for its files', { closed: ['/run/valkey-bundle', '/dev/shm', '/tmp'] }, 'VB503'],
    ['a module without an execute bit', { files: { '/usr/lib/valkey/x.so': moduleFile(0o644) } }, 'VB304'],
  ])('finds %s', async (_, image, code) => expect(await marks(image)).toEqual([[code], 1]));
  it('goes on after the first trouble', async () => {
    const image = { users: {}, files: { '/usr/lib/valkey/x.so': moduleFile(0o644) } };
    expect(await marks(image)).toEqual([['VB505', 'VB304'], 1]);
  });
  it('has colours on a terminal, and shows what a name holds escaped', async () => {
    const files = { '/usr/lib/valkey/x\u001b.so': moduleFile(0o644) };
    const { stdout } = await waitingTool(['doctor'], {}, { terminal: true, files });
    expect(stdout).toContain('\u001b[32mfix:\u001b[0m ');
    expect(stdout.replaceAll(/\u001b\[\d+m/g, '')).not.toContain('\u001b');
  });
  it('gives the same as data', async () => {
    const { stdout } = await waitingTool(['doctor', '--json'], {}, { users: {} });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ version: 1, exitCode: 1, server: false });
    expect(report.checks.flatMap(({ findings }: { findings: object[] }) => findings)).toMatchObject([
      { code: 'VB505', severity: 'error' },
    ]);
  });
  it('refuses what it does not know', async () => {
    expect(await waitingTool(['doctor', '--fix'])).toMatchObject({ codes: ['VB601'], exitCode: 64, stdout: '' });
  });
});
