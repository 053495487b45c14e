import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { allProjects, chooseProjects, wantsEngine } from './bootstrap/test-projects.mjs';
import { type Report, summarise } from './lib/test-summary.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, 'dist', 'test-report.json');

const usage = `npm test [-- PROJECT|FILE...]
  PROJECT  unit, golden (no container engine needed), real, kube: all of these by default;
           full: what takes too long for every run
  FILE     has a slash; only the test files whose path begins so, as test/real/health; an engine is started only for a
           project that needs one`;

/** Builds what the chosen projects need, runs them, and prints the counts last. Exit code 1 if anything failed. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const files = positionals.filter((word) => word.includes('/'));
  const chosen = chooseProjects(positionals);
  const unknown = chosen.find((word) => !allProjects.includes(word));
  if (unknown !== undefined) {
    console.error(`unknown project: ${unknown}\n${usage}`);
    return 64;
  }
  if (wantsEngine(chosen)) {
    const { buildTestImage } = await import('./lib/image-test.ts');
    await buildTestImage({ report: (line) => console.error(line) });
  }
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  // The counts of an earlier run must not be taken for those of one that ended before it could count.
  await rm(REPORT, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, ...files];
  const projects = chosen.flatMap((project) => ['--project', project]);
  const { exitCode } = await execa('vitest', [...args, ...projects], {
    cwd: ROOT,
    preferLocal: true,
    stdio: 'inherit',
    reject: false,
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  });
  const text = await readFile(REPORT, 'utf8').catch(() => '');
  const summary = summarise(text === '' ? null : (JSON.parse(text) as Report), exitCode);
  console.log(summary.line);
  return summary.failed === 0 && summary.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
