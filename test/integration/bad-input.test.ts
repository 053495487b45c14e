import { expect, it } from 'vitest';
import type { ContainerWish } from '../support/docker-create.ts';
import { useContainers } from '../support/docker-scope.ts';
import { codesIn } from '../support/valkey-modules.ts';

const containers = useContainers();

/** What the matrix of bad input (test/matrix/bad-input) has no row for: commands and mistaken arguments. */
const wrongInputs: ReadonlyArray<readonly [title: string, wish: ContainerWish, code: string, exitCode: number]> = [
  [
    'search.use-coordinator in the configuration',
    { command: ['valkey-server', '/x.conf'], files: { '/x.conf': 'search.use-coordinator yes\n' } },
    'VB409',
    78,
  ],
  [
    'a flag behind --loadmodule and its path, as words of their own',
    { command: ['--loadmodule', '/usr/lib/valkey/libsearch.so', '--use-coordinator'] },
    'VB411',
    78,
  ],
  ['an empty program name', { command: [''] }, 'VB501', 127],
  ['a program that does not exist', { command: ['no-such-program'] }, 'VB501', 127],
  ['a program that may not be executed', { command: ['/etc/passwd'] }, 'VB502', 126],
  ['a directory for a program', { command: ['/etc'] }, 'VB502', 126],
];

it.each(wrongInputs)('%s ends the start', async (_, wish, code, exitCode) => {
  const ended = await containers.run(wish);
  expect(codesIn(ended.stderr)).toContain(code);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stdout).toBe('');
  expect(ended.log).not.toMatch(/Valkey is starting|oO0OoO0OoO0Oo/);
  expect(ended.log).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});
