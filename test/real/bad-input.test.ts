import { expect, it } from 'vitest';
import { reportOf } from '../support/bad-input/rows.ts';
import type { ContainerWish } from '../support/docker-container.ts';
import { useContainers } from '../support/docker-server.ts';

const containers = useContainers();

/** What the matrix of bad input (test/matrix/bad-input) has no row for: commands and mistaken arguments. */
const wrongInputs: ReadonlyArray<
  readonly [title: string, wish: ContainerWish, code: string, exitCode: number, place: string]
> = [
  [
    'search.use-coordinator in the configuration',
    { command: ['valkey-server', '/x.conf'], files: { '/x.conf': 'search.use-coordinator yes\n' } },
    'VB409',
    78,
    '/x.conf:1',
  ],
  [
    'a flag behind --loadmodule and its path, as words of their own',
    { command: ['--loadmodule', '/usr/lib/valkey/libsearch.so', '--use-coordinator'] },
    'VB411',
    78,
    'argv[3]',
  ],
  ['an empty program name', { command: [''] }, 'VB501', 127, 'argv[0]'],
  ['a program that does not exist', { command: ['no-such-program'] }, 'VB501', 127, 'argv[0]'],
  ['a program that may not be executed', { command: ['/etc/passwd'] }, 'VB502', 126, 'argv[0]'],
  ['a directory for a program', { command: ['/etc'] }, 'VB502', 126, 'argv[0]'],
];

it.each(wrongInputs)('%s ends the start', async (_, wish, code, exitCode, place) => {
  const ended = await containers.run(wish);
  expect(reportOf(ended.stderr).errors).toMatchObject([{ code, place, hasFix: true }]);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stdout).toBe('');
  expect(ended.log).not.toMatch(/Valkey is starting|oO0OoO0OoO0Oo/);
  expect(ended.log).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});
