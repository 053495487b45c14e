import { expect, test } from 'vitest';
import { grypeArguments, signArguments, verifyArguments } from '../../../scripts/workflows/image-commands.ts';

const digest = `sha256:${'1'.repeat(64)}`;

test('an image is verified by the reference that it was staged under, as its variant, for its platform', () => {
  const reference = `ghcr.io/o/r@${digest}`;
  const options = ['--line', '9.0', '--variant', 'coordinator', '--platform', 'linux/arm64'];
  const image = { reference, line: '9.0', variant: 'coordinator', platform: 'linux/arm64' } as const;
  expect(verifyArguments(image)).toEqual([reference, ...options]);
});

test('grype looks at the image in the registry, and leaves the verdict to the gate', () => {
  const args = grypeArguments(`ghcr.io/o/r@${digest}`, 'linux/arm64', 'out.json');
  expect(args).toEqual([
    `registry:ghcr.io/o/r@${digest}`,
    '--platform',
    'linux/arm64',
    '--output',
    'json',
    '--file',
    'out.json',
  ]);
  expect(args).not.toContain('--fail-on');
});

test('every published variant is signed by its own digest', () => {
  const variants = { default: { digest }, coordinator: { digest: `sha256:${'2'.repeat(64)}` } };
  expect(signArguments('9.0', { repository: 'ghcr.io/o/r', variants })).toEqual([
    ['--reference', `ghcr.io/o/r@${digest}`, '--line', '9.0'],
    ['--reference', `ghcr.io/o/r@sha256:${'2'.repeat(64)}`, '--line', '9.0'],
  ]);
});
