import { expect, test } from 'vitest';
import { folderOptions, verifyArguments } from '../../../scripts/workflows/image-commands.ts';

const digest = `sha256:${'1'.repeat(64)}`;

test('an image is verified by the reference that it was staged under, as its variant, for its platform', () => {
  const reference = `ghcr.io/o/r@${digest}`;
  const options = ['--line', '9.0', '--variant', 'coordinator', '--platform', 'linux/arm64'];
  const image = { reference, line: '9.0', variant: 'coordinator', platform: 'linux/arm64' } as const;
  expect(verifyArguments(image)).toEqual([reference, ...options]);
});

test.each([
  [{}, []],
  [{ dist: 'd' }, ['--dist', 'd']],
  [{ modules: 'm', dist: 'd' }, ['--modules', 'm', '--dist', 'd']],
])('the folders %j are passed on as %j', (folders, args) => {
  expect(folderOptions(folders)).toEqual(args);
});
