import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { allProjects, chooseProjects, wantsEngine } from './bootstrap/needs.mjs';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { readTestReport, summarise, testReportPath } from './lib/test-report.ts';
import { paths } from './lib/workspace.ts';

const usage = `npm test [-- PROJECT|FILE...]
  PROJECT  unit, golden (no container engine needed), real, kube: all of these by default;
           full: what takes too long for every run
  FILE     has a slash; only the test files whose path begins so, as test/real/health; an engine is started only for a
           project that needs one

Builds what the chosen projects need, runs them, and prints the counts last. Exit code 1 if anything failed.
Example: npm test -- unit golden`;

const verb = { name: 'test', usage, options: {}, positionals: Number.POSITIVE_INFINITY };

await runVerb(verb, async ({ positionals, aborted, report }) => {
  const files = positionals.filter((word) => word.includes('/'));
  const chosen = chooseProjects(positionals);
  const unknown = chosen.find((word) => !allProjects.includes(word));
  if (unknown !== undefined)
    throw new PipelineError('VP901', `npm test: unknown project ${unknown}; there are ${allProjects.join(', ')}`);
  if (wantsEngine(chosen)) {
    const { buildTestImage } = await import('./image/local-image.ts');
    await buildTestImage({ report });
  }
  await mkdir(dirname(testReportPath), { recursive: true });
  // The counts of an earlier run must not be taken for those of one that ended before it could count.
  await rm(testReportPath, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${testReportPath}`, ...files];
  const projects = chosen.flatMap((project) => ['--project', project]);
  const { exitCode } = await execa('vitest', [...args, ...projects], {
    cwd: paths.root,
    preferLocal: true,
    stdio: 'inherit',
    reject: false,
    cancelSignal: aborted,
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  });
  const { line, passed, failed } = summarise(readTestReport(), exitCode);
  console.log(line);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
});
