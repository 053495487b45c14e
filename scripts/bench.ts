import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureContainerPong } from './bench/container-pong.ts';
import { measureFirstPong } from './bench/first-pong.ts';
import { measureGrowth } from './bench/growth.ts';
import { prepareBench } from './bench/image.ts';
import { benchmarkPage, growthTable, phaseTable } from './bench/page.ts';
import { measurePhases } from './bench/profile.ts';
import { type BenchReport, ratioTable, timingTable } from './bench/report.ts';
import { measureSizes } from './bench/sizes.ts';
import { measureStart } from './bench/start.ts';
import { paths } from './lib/image-paths.ts';

const usage = `npm run bench [-- --runs N] [--write]
  --runs N  runs of each start (default 100; those with a container of their own a quarter of it)
  --write   writes docs/benchmark.md`;

/** Measures starts side by side, prints each ratio beside its goal, and leaves everything in dist/bench.json. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100' },
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
  const report = await measure(runs, (line) => console.error(line));
  await mkdir(join(paths.root, 'dist'), { recursive: true });
  await writeFile(join(paths.root, 'dist/bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log([ratioTable(report.ratios), timingTable(report.timings)].join('\n'));
  console.log([growthTable(report), phaseTable(report.phases)].join('\n'));
  if (values.write) {
    await writeFile(join(paths.root, 'docs/benchmark.md'), benchmarkPage(report));
    console.error('wrote docs/benchmark.md');
  }
  return 0;
}

async function measure(runs: number, say: (line: string) => void): Promise<BenchReport> {
  const images = await prepareBench(say);
  const load = loadavg()[0] ?? 0;
  say(`bench: starts, ${runs} runs`);
  const start = await measureStart(runs);
  say('bench: first PONG, inside a container');
  const inside = await measureFirstPong(runs);
  const containers = Math.max(1, Math.round(runs / 4));
  say(`bench: first PONG of ${2 * (containers + 1)} containers`);
  const container = await measureContainerPong(containers, images.test, process.env);
  say('bench: long configurations');
  const growth = await measureGrowth(Math.max(1, Math.round(runs / 4)));
  say('bench: where the milliseconds go');
  const phases = await measurePhases(runs, images.node);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpus: cpus().length,
      arch: arch(),
      node: process.version,
      image: images.localId,
      valkey: images.valkey,
      load,
    },
    runs,
    ratios: [...start.ratios, container.ratio, inside.ratio],
    timings: { ...start.timings, ...inside.timings, ...container.timings },
    growth,
    sizes: await measureSizes(images, process.env),
    phases,
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
