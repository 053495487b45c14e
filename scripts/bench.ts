import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { benchmarkChart } from './bench/chart.ts';
import { measure } from './bench/measure.ts';
import { benchmarkPage, growthTable, phaseTable, ratioTable, timingTable } from './bench/page.ts';
import { runVerb } from './lib/command-line.ts';
import { writeJson } from './lib/files.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';
import { paths } from './lib/workspace.ts';

const usage = `npm run bench [-- --runs N] [--sample] [--json FILE] [--write]
  --runs N     runs of each start (default 100; what takes longer runs a quarter of that)
  --sample     each start twice and hardly warmed up: shows that it can be measured, not how fast it is
  --json FILE  where the numbers go (default dist/bench.json)
  --write      writes docs/benchmark.md and docs/pictures/benchmark.svg

Measures starts side by side, prints each ratio beside its goal, and leaves everything as JSON.
Example: npm run bench -- --runs 20`;

const options = {
  runs: { type: 'string', default: '100' },
  sample: { type: 'boolean', default: false },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
} as const;

await runVerb({ name: 'bench', usage, options }, async ({ values, aborted, report }) => {
  const { runs: given, sample, json, write } = values;
  const runs = Number(given);
  if (!Number.isInteger(runs) || runs < 1)
    throw new PipelineError('VP901', `npm run bench: --runs takes a whole number from 1 on, got ${given}`);
  if (sample && write)
    throw new PipelineError('VP901', 'npm run bench: --sample has no numbers to keep, so it does not go with --write');
  // What runs in the engine is removed when this process has ended.
  removeRemainsAtEnd();
  aborted.addEventListener('abort', () => process.exit(130));
  const numbers = await measure(sample ? { runs: 2, warmUp: 1, gzip: 1 } : { runs, warmUp: 3, gzip: 6 }, report);
  const folder = process.env['INIT_CWD'] ?? process.cwd();
  await writeJson(json === undefined ? join(paths.root, 'dist', 'bench.json') : resolve(folder, json), numbers);
  const tables = [ratioTable(numbers.ratios), timingTable(numbers.timings), growthTable(numbers)];
  console.log([...tables, phaseTable(numbers.phases)].join('\n'));
  if (!write) return;
  await writeFile(join(paths.root, 'docs', 'benchmark.md'), benchmarkPage(numbers));
  await writeFile(join(paths.root, 'docs', 'pictures', 'benchmark.svg'), benchmarkChart(numbers));
  report('wrote docs/benchmark.md and docs/pictures/benchmark.svg');
});
