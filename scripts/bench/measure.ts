import { arch, cpus, loadavg } from 'node:os';
import { measureGrowth } from './growth.ts';
import { measureSizes, prepareBench } from './image.ts';
import type { BenchReport } from './page.ts';
import { measurePhases } from './profile.ts';
import { measureContainerPong, measureFirstPong, measureProbe, measureStart } from './starts.ts';
import type { Effort } from './timer.ts';

/** How much is run, and how hard gzip tries: registries leave it at 6. */
interface BenchEffort extends Effort {
  readonly gzip: number;
}

/** Measures everything in the report. What needs a container or much time for each run is run a quarter as often. */
export async function measure(effort: BenchEffort, say: (line: string) => void): Promise<BenchReport> {
  const images = await prepareBench(say);
  const load = loadavg()[0] ?? 0;
  const { runs } = effort;
  const fewer = { ...effort, runs: Math.max(1, Math.round(runs / 4)) };
  say(`bench: starts, ${runs} runs`);
  const start = await measureStart(effort);
  say('bench: first PONG, inside a container');
  const inside = await measureFirstPong(effort);
  say(`bench: first PONG of containers, ${fewer.runs} runs`);
  const container = await measureContainerPong({ ...fewer, warmUp: 1 }, images.test);
  say(`bench: probes of a running server, ${runs} runs`);
  const probe = await measureProbe(effort);
  say('bench: long configurations');
  const growth = await measureGrowth(fewer);
  say('bench: where the milliseconds go');
  const phases = await measurePhases(effort, images.node);
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
    ratios: [...start.ratios, container.ratio, inside.ratio, ...probe.ratios],
    timings: { ...start.timings, ...inside.timings, ...container.timings, ...probe.timings },
    growth,
    sizes: await measureSizes(images, effort.gzip),
    phases,
  };
}
