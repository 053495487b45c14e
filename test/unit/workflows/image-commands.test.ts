import { expect, test } from 'vitest';
import { grypeArguments, signArguments } from '../../../scripts/workflows/image-commands.ts';

const digest = `sha256:${'1'.repeat(64)}`;

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
