import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { grammarOf } from '../../entrypoint/conf/tokenize.ts';
import { compare } from './compare.ts';
import { sampleCases } from './generate.ts';
import { layModules } from './our-reader.ts';
import { shrink } from './shrink.ts';
import { addTallies, emptyTally, type Mismatch, type Tally } from './tally.ts';

/** What a run reports, as JSON on standard output. */
export interface ParityReport extends Tally {
  readonly server: string;
  readonly seed: number;
  readonly seconds: number;
}

const BATCH = 100;

/** Runs inside the container that has the server: generates, compares, shrinks what differs, prints the report. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      server: { type: 'string' },
      module: { type: 'string' },
      version: { type: 'string' },
      worker: { type: 'string', default: '0' },
      workers: { type: 'string', default: '1' },
      work: { type: 'string', default: '/tmp/parity' },
    },
  });
  const { server: binary, module, work, version = '' } = values;
  if (binary === undefined || module === undefined)
    throw new Error('usage: run.ts --server FILE --module FILE [--version V] [--cases N] [--seed S]');
  const modules = join(work, 'modules');
  const server = { binary, grammar: grammarOf(version), modules };
  const seed = Number(values.seed);
  layModules(modules, module);
  const began = performance.now();
  let total = emptyTally;
  // Workers take every n-th batch, so the cases of a seed do not depend on how many there are.
  for (
    let batch = Number(values.worker);
    batch * BATCH < Number(values.cases) && total.mismatches.length < 5;
    batch += Number(values.workers)
  ) {
    const size = Math.min(BATCH, Number(values.cases) - batch * BATCH);
    const sample = sampleCases(modules, seed * 1_000_003 + batch, size);
    const tally = await compare(server, join(work, 'cases'), sample);
    const mismatches = tally.mismatches.map((found) => ({ ...found, number: batch * BATCH + found.number }));
    total = addTallies(total, { ...tally, cases: size, mismatches });
    if (total.cases % 5000 === 0) process.stderr.write(`${total.cases} cases, ${total.mismatches.length} mismatches\n`);
  }
  const smallest: Mismatch[] = [];
  for (const mismatch of total.mismatches.slice(0, 3))
    smallest.push(await shrink(server, join(work, 'shrink'), mismatch));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const report: ParityReport = { ...total, server: version, seed, seconds, mismatches: smallest };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  rmSync(work, { recursive: true, force: true });
  return total.mismatches.length === 0 ? 0 : 1;
}

process.exitCode = await main();
