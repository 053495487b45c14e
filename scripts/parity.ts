import { parseArgs } from 'node:util';
import { buildTestImage } from './image/local-image.ts';
import { oldestServer } from './image/oldest-server.ts';
import { type ParityServer, runParity } from './lib/parity-container.ts';
import { gapsIn } from './lib/parity-gaps.ts';
import { showMismatches, writeParityReport } from './lib/parity-report.ts';
import { removeRemainsAtEnd } from './lib/remains.ts';

const usage = `npm run parity [-- --cases N] [--seed S] [--write]
  --cases N   generated configurations for each server (default 2000)
  --seed S    the same seed gives the same configurations (default 1)
  --write     writes docs/parity.md`;

/** Compares our reader with the real servers. Exit code 1 if they differ anywhere, or if many cases left something out. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const cases = Number(values.cases);
  const seed = Number(values.seed);
  if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed)) {
    console.error(
      `--cases takes a whole number from 1 on, --seed a whole number; got ${values.cases} and ${values.seed}\n${usage}`,
    );
    return 64;
  }
  const report = (line: string): void => console.error(line);
  const { bundle } = await buildTestImage({ report });
  removeRemainsAtEnd();
  const servers: ParityServer[] = [{ version: bundle.valkey, executable: null }, await oldestServer(report)];
  const reports = [];
  for (const server of servers) reports.push(await runParity({ cases, seed, server, report }));
  for (const result of reports) {
    const { server, mismatches, loadsCompared, plansCompared, starts, seconds } = result;
    console.log(
      `Valkey ${server}: ${result.cases} cases, ${mismatches.length} mismatches (${loadsCompared} loads and ${plansCompared} plans compared, ${starts} server starts, ${seconds} s)`,
    );
    showMismatches(result, (line) => console.log(line));
    if (cases >= ENOUGH) for (const gap of gapsIn(result)) console.log(`  never met: ${gap}`);
  }
  if (values.write) report(`wrote ${writeParityReport(reports)}`);
  const isWhole = reports.every((result) => cases < ENOUGH || gapsIn(result).length === 0);
  return isWhole && reports.every(({ mismatches }) => mismatches.length === 0) ? 0 : 1;
}

/** From here on a run has to meet everything that cases are made of. */
const ENOUGH = 2500;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
