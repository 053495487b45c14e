import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { everydayProjects, pureProjects, type Report, summarise } from './lib/test-summary.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, 'dist', 'test-report.json');

const usage = `npm test [-- PROJECT...]
  PROJECT  unit, golden, host, matrix (no container engine needed), integration, matrix-real: all of these by default;
           full: what takes too long for every run`;

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
  if (positionals.length === 0 || positionals.some((project) => !pureProjects.includes(project))) {
    const { buildTestImage } = await import('./lib/image-test.ts');
    await buildTestImage({ report: (line) => console.error(line) });
  }
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const chosen = positionals.length === 0 ? everydayProjects : positionals;
  const projects = chosen.flatMap((project) => ['--project', project]);
  const { exitCode } = await execa('vitest', [...args, ...projects], {
    cwd: ROOT,
    preferLocal: true,
    stdio: 'inherit',
    reject: false,
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  });
  const report = JSON.parse(await readFile(REPORT, 'utf8')) as Report;
  const summary = summarise(report);
  console.log(summary.line);
  return exitCode === 0 && summary.failed === 0 && summary.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
