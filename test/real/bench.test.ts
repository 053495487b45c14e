import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

/*
 * The shape of the benchmark, from a sample: that every number is measured and stands where it is looked for. How fast a start is, only
 * `npm run bench` on a quiet machine says.
 */

const positive = z.number().positive();
const timing = z.object({ runs: z.int().positive(), median: positive, minimum: positive, cpu: positive.nullable() });
const shape = z.object({
  machine: z.object({ node: z.literal(process.version), valkey: z.string().min(1), load: z.number() }),
  ratios: z.array(
    z.object({
      what: z.string(),
      against: z.string(),
      goal: positive.nullable(),
      median: positive,
      minimum: positive,
      cpu: positive.nullable(),
    }),
  ),
  timings: z.record(z.string(), timing),
  growth: z.array(
    z.object({
      what: z.string(),
      count: positive,
      milliseconds: z.number(),
      perItem: positive.nullable(),
      goal: positive.nullable(),
    }),
  ),
  phases: z.array(z.object({ name: z.string(), milliseconds: positive, system: z.number().nonnegative() })).min(10),
  sizes: z.object({
    image: positive,
    base: positive,
    entrypoint: positive,
    entrypointCompressed: positive,
    node: positive,
  }),
});

let folder: string;
let report: z.infer<typeof shape>;
let tables: readonly (readonly string[])[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'valkey-bundle-bench-'));
  const json = join(folder, 'bench.json');
  const { stdout } = await execa(process.execPath, ['scripts/bench.ts', '--sample', '--json', json]);
  report = shape.parse(JSON.parse(await readFile(json, 'utf8')));
  tables = stdout.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The printed row that begins with these cells. */
function row(...first: readonly string[]): readonly string[] | undefined {
  return tables.find((cells) => first.every((cell, index) => cells[index] === cell));
}

const two = (value: number): string => value.toFixed(2);

describe('a sample of the benchmark', () => {
  test('has every ratio beside its goal', () => {
    expect(report.ratios.map(({ what, against, goal }) => [what, against, goal])).toEqual([
      ['entrypoint', 'node -e 0', 1.1],
      ['entrypoint', 'Python entrypoint', 1],
      ['entrypoint', 'shell entrypoint', null],
      ['first PONG, from docker start', 'plain server', 1.03],
      ['first PONG, inside a container', 'plain server', null],
      ...['health', 'health --alive', 'health --joined'].map((what) => [
        `${what} (processor time)`,
        'valkey-cli ping',
        1.3,
      ]),
    ]);
  });

  test('prints the ratios that it writes, and what each comes to', () => {
    for (const { what, against, goal, median, minimum, cpu } of report.ratios) {
      const [, , shown, wanted, verdict, fastest, processor] = row(what, against) ?? [];
      expect([shown, wanted, fastest]).toEqual([two(median), goal === null ? '' : two(goal), two(minimum)]);
      expect(processor).toBe(cpu === null ? '' : two(cpu));
      expect(verdict).toMatch(goal === null ? /^$/ : median <= goal ? /^met$/ : /^missed by \d+ %$/);
    }
  });

  test('a ratio is that of the timings that stand beside it', () => {
    const of = (name: string): number => report.timings[name]?.median ?? Number.NaN;
    const processor = (name: string): number => report.timings[name]?.cpu ?? Number.NaN;
    expect(report.ratios.map(({ median }) => median)).toEqual([
      of('entrypoint') / of('node -e 0'),
      of('entrypoint') / of('Python entrypoint'),
      of('entrypoint') / of('shell entrypoint'),
      of('container, entrypoint') / of('container, plain server'),
      of('first PONG, entrypoint') / of('first PONG, plain server'),
      ...['health', 'health --alive', 'health --joined'].map((name) => processor(name) / processor('valkey-cli ping')),
    ]);
    for (const [name, { runs, median }] of Object.entries(report.timings))
      expect(row(name, String(runs))?.[2]).toBe(median.toFixed(1));
  });

  test('has a processor time for all that is no container', () => {
    const without = Object.entries(report.timings).filter(([, { cpu }]) => cpu === null);
    expect(without.map(([name]) => name)).toEqual(['container, entrypoint', 'container, plain server']);
  });

  test('shows how a start grows, up to the sizes that have a goal', () => {
    const rows = report.growth.map(({ count, what, goal }) => `${count} ${what}${goal === null ? '' : `: ${goal} ms`}`);
    expect(rows).toEqual([
      ...['1000 lines', '10000 lines', '100000 lines: 200 ms'],
      ...['1000 lines, written anew', '10000 lines, written anew', '100000 lines, written anew: 200 ms'],
      ...['10 includes', '100 includes', '1000 includes: 200 ms'],
      ...['20 modules', '200 modules: 200 ms'],
    ]);
    for (const { count, what, milliseconds } of report.growth) {
      expect(row(`${count} ${what}`)?.[1]).toBe(milliseconds.toFixed(1));
      // The small sizes differ from nothing by less than one start differs from another.
      if (count === 100_000) expect(milliseconds).toBeGreaterThan(0);
    }
  });

  test('says where the milliseconds go, from the order to execve', () => {
    expect(report.phases.at(0)?.name).toContain('kernel');
    expect(report.phases.at(-1)?.name).toContain('execve');
    for (const { name, milliseconds } of report.phases) expect(row(name)?.[1]).toBe(two(milliseconds));
  });

  test('weighs the executable, of which nearly all is Node', () => {
    const { entrypoint, entrypointCompressed, node } = report.sizes;
    expect(entrypointCompressed).toBeLessThan(entrypoint);
    expect(entrypoint).toBeGreaterThan(node);
    expect(entrypoint).toBeLessThan(1.05 * node);
  });
});

test.each([[['--runs', '0']], [['--sample', '--write']]])('npm run bench -- %j is refused', async (args) => {
  const { exitCode, stderr } = await execa(process.execPath, ['scripts/bench.ts', ...args], { reject: false });
  expect(exitCode).toBe(64);
  expect(stderr).toContain('npm run bench');
});
