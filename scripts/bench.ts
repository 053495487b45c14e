import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './bench/measure.ts';
import { benchmarkPage, growthTable, phaseTable } from './bench/page.ts';
import { ratioTable, timingTable } from './bench/report.ts';
import { paths } from './lib/image-paths.ts';
import { jsonText } from './lib/json.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';

const REPORT = 'dist/bench.json';

const usage = `npm run bench [-- --runs N] [--sample] [--json FILE] [--write]
  --runs N     runs of each start (default 100; what takes longer runs a quarter of that)
  --sample     each start twice and hardly warmed up: shows that it can be measured, not how fast it is
  --json FILE  where the numbers go (default ${REPORT})
  --write      writes docs/benchmark.md`;

/** Measures starts side by side, prints each ratio beside its goal, and leaves everything as JSON. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100' },
      sample: { type: 'boolean', default: false },
      json: { type: 'string', default: join(paths.root, REPORT) },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`--runs takes a whole number from 1 on, got ${values.runs}\n${usage}`);
    return 64;
  }
  if (values.sample && values.write) {
    console.error(`--sample and --write do not go together: a sample has no numbers to keep\n${usage}`);
    return 64;
  }
  const effort = values.sample ? { runs: 2, warmUp: 1, gzip: 1 } : { runs, warmUp: 3, gzip: 6 };
  removeRemainsAtEnd();
  const report = await measure(effort, (line) => console.error(line));
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, jsonText(report));
  console.log([ratioTable(report.ratios), timingTable(report.timings)].join('\n'));
  console.log([growthTable(report), phaseTable(report.phases)].join('\n'));
  if (values.write) {
    await writeFile(join(paths.root, 'docs/benchmark.md'), benchmarkPage(report));
    console.error('wrote docs/benchmark.md');
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
