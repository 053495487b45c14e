import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { grammarOf } from '../../entrypoint/conf/grammar.ts';
import { compare, type Mismatch, type Server } from './compare.ts';
import { arbitraryCase, type Case, type Productions } from './generate.ts';
import { layModules } from './lay-out.ts';

/** What a run reports, as JSON on standard output. */
export interface ParityReport {
  readonly server: string;
  readonly seed: number;
  readonly cases: number;
  readonly starts: number;
  readonly refusedByBoth: number;
  readonly leftToServer: number;
  readonly seconds: number;
  readonly productions: Readonly<Record<string, number>>;
  readonly mismatches: readonly Mismatch[];
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
  const server = { binary, grammar: grammarOf(version) };
  const seed = Number(values.seed);
  const modules = join(work, 'modules');
  layModules(modules, module);
  const productions: Productions = new Map();
  let counts = true;
  const arbitrary = arbitraryCase(modules, (name) => {
    if (counts) productions.set(name, (productions.get(name) ?? 0) + 1);
  });
  const began = performance.now();
  const totals = { cases: 0, starts: 0, refusedByBoth: 0, leftToServer: 0 };
  const mismatches: Mismatch[] = [];
  // Workers take every n-th batch, so the cases of a seed do not depend on how many there are.
  for (
    let batch = Number(values.worker);
    batch * BATCH < Number(values.cases) && mismatches.length < 5;
    batch += Number(values.workers)
  ) {
    const size = Math.min(BATCH, Number(values.cases) - batch * BATCH);
    const cases = fc.sample(arbitrary, { seed: seed * 1_000_003 + batch, numRuns: size });
    const outcome = await compare(server, join(work, 'cases'), cases);
    totals.cases += size;
    totals.starts += outcome.starts;
    totals.refusedByBoth += outcome.refusedByBoth;
    totals.leftToServer += outcome.leftToServer;
    mismatches.push(...outcome.mismatches.map((found) => ({ ...found, number: batch * BATCH + found.number })));
    if (totals.cases % 5000 === 0) process.stderr.write(`${totals.cases} cases, ${mismatches.length} mismatches\n`);
  }
  counts = false;
  const smallest: Mismatch[] = [];
  for (const mismatch of mismatches.slice(0, 3)) smallest.push(await shrink(server, join(work, 'shrink'), mismatch));
  const report: ParityReport = {
    server: version,
    seed,
    ...totals,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    productions: Object.fromEntries([...productions].sort()),
    mismatches: smallest,
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  rmSync(work, { recursive: true, force: true });
  return mismatches.length === 0 ? 0 : 1;
}

/** Takes lines and options away for as long as the readers still differ. */
async function shrink(server: Server, directory: string, mismatch: Mismatch): Promise<Mismatch> {
  let smallest = mismatch;
  for (let progress = true; progress; ) {
    progress = false;
    for (const candidate of smaller(smallest.case)) {
      const [found] = (await compare(server, directory, [candidate])).mismatches;
      if (found === undefined) continue;
      smallest = { ...found, number: mismatch.number };
      progress = true;
      break;
    }
  }
  return smallest;
}

function* smaller(value: Case): Generator<Case> {
  for (const index of value.options.keys()) yield { ...value, options: value.options.toSpliced(index, 1) };
  for (const [path, text] of Object.entries(value.files)) {
    const lines = text.split('\n');
    if (text === '') continue;
    for (const index of lines.keys())
      yield { ...value, files: { ...value.files, [path]: lines.toSpliced(index, 1).join('\n') } };
  }
}

process.exitCode = await main();
