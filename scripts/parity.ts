import { buildTestImage } from './image/local-image.ts';
import { runVerb } from './lib/command-line.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';
import { oldestServer } from './parity/oldest-server.ts';
import { showMismatches, writeParityReport } from './parity/report.ts';
import { gapsIn, runParity } from './parity/run.ts';

const usage = `npm run parity [-- --cases N] [--seed S] [--write]
Compares our reader with the real servers. Ends with 1 where they differ anywhere, or where many cases left something out.
  --cases N   generated configurations for each server (default 2000)
  --seed S    the same seed gives the same configurations (default 1)
  --write     writes docs/parity.md
Example: npm run parity -- --cases 1000 --seed 7`;

const options = {
  cases: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  write: { type: 'boolean', default: false },
} as const;

/** From here on a run has to meet everything that cases are made of. */
const enough = 2500;

await runVerb({ name: 'parity', usage, options }, async ({ values, report }) => {
  const cases = Number(values.cases);
  const seed = Number(values.seed);
  if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) {
    const got = `got ${values.cases} and ${values.seed}`;
    throw new PipelineError('VP901', `--cases takes a whole number from 1 on, --seed a whole number; ${got}`);
  }
  const { bundle } = await buildTestImage({ report });
  removeRemainsAtEnd();
  const servers = [{ version: bundle.valkey, executable: null }, await oldestServer(report)];
  const reports = [];
  for (const server of servers) reports.push(await runParity({ cases, seed, server, report }));
  let isAlike = true;
  for (const result of reports) {
    const { server, mismatches, loadsCompared, plansCompared, starts, seconds } = result;
    console.log(
      `Valkey ${server}: ${result.cases} cases, ${mismatches.length} mismatches (${loadsCompared} loads and ${plansCompared} plans compared, ${starts} server starts, ${seconds} s)`,
    );
    showMismatches(result, (line) => console.log(line));
    const gaps = cases >= enough ? gapsIn(result) : [];
    for (const gap of gaps) console.log(`  never met: ${gap}`);
    isAlike &&= mismatches.length === 0 && gaps.length === 0;
  }
  if (values.write) report(`wrote ${writeParityReport(reports)}`);
  if (!isAlike) process.exitCode = 1;
});
