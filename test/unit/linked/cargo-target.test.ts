import { expect, it } from 'vitest';
import { isForTarget } from '../../../scripts/linked/cargo-target.ts';

it.each([
  ['cfg(unix)', true],
  ['cfg(windows)', false],
  ['cfg(target_os = "linux")', true],
  ['cfg(target_os = "macos")', false],
  ['cfg(not(windows))', true],
  ['cfg(any(target_os = "macos", target_os = "linux"))', true],
  ['cfg(any(target_os = "macos", target_os = "ios"))', false],
  ['cfg(all(unix, not(target_os = "macos")))', true],
  ['cfg(all(target_arch = "x86_64", target_env = "msvc"))', false],
  ['cfg(all(any(target_arch = "x86_64", target_arch = "x86"), not(target_family = "wasm")))', true],
  ['cfg(target_arch="aarch64")', false],
  ['x86_64-unknown-linux-gnu', true],
  ['x86_64-pc-windows-gnu', false],
  // Nobody here knows what the compiler will be told: it counts, and no negation makes it go.
  ['cfg(tokio_unstable)', true],
  ['cfg(not(tokio_unstable))', true],
  ['cfg(all(windows, tokio_unstable))', false],
  ['cfg(any(windows, target_feature = "avx2"))', true],
])('a table for %s counts on Linux with amd64: %s', (condition, counts) => {
  expect(isForTarget(condition, 'amd64')).toBe(counts);
});

it('the architecture is that of the image', () => {
  expect(isForTarget('cfg(target_arch = "aarch64")', 'arm64')).toBe(true);
  expect(isForTarget('aarch64-unknown-linux-gnu', 'arm64')).toBe(true);
});
