import { expect, test } from 'vitest';
import { requireLockedBase } from '../../../scripts/build/locked-base.ts';
import { problemOf } from '../../support/problem-of.ts';

const planned = { package: 'valkey-tools', version: '9.1.2-1' };

test.each(['9.1.2-1', '9.1.2-1+b2'])('a base made of %s is the one that the lock names', (made) => {
  expect(() => requireLockedBase('local', planned, made)).not.toThrow();
});

test('a base made of another version is VP312, and both are named', async () => {
  const problem = await problemOf((async () => requireLockedBase('local', planned, '9.1.3-1'))());
  expect(problem.code).toBe('VP312');
  expect(problem.message).toContain('9.1.3-1');
  expect(problem.message).toContain('9.1.2-1');
});
