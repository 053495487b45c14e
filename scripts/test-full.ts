import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { $ } from 'zx';
import { revision } from './image/labels.ts';
import { paths } from './lib/image-paths.ts';
import { type FullPart, readFullReport, writeFullReport } from './lib/test-full-report.ts';
import { type Report, summarise } from './lib/test-summary.ts';

const parts: Readonly<Record<string, { title: string; command: readonly string[]; page: string | null }>> = {
  tests: { title: 'every test of npm test', command: ['node', 'scripts/test.ts'], page: null },
  full: { title: 'the longer tests (project full)', command: ['node', 'scripts/test.ts', 'full'], page: null },
  parity: {
    title: 'parity, 100,000 cases a server',
    command: ['node', 'scripts/parity.ts', '--cases', '100000', '--seed', '1', '--write'],
    page: 'parity.md',
  },
  bench: { title: 'benchmark', command: ['node', 'scripts/bench.ts', '--write'], page: 'benchmark.md' },
};

const usage = `npm run test:full [-- PART...]
Everything that npm test samples, and writes dist/test-full.md. Half an hour to an hour.
  PART  ${Object.keys(parts).join(', ')}: only these; the rows of the others stay, with the day and commit of their run`;

/** Runs the parts one after another, and keeps each in the report as soon as it has ended. Exit code 1 if one failed. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const unknown = positionals.find((name) => !(name in parts));
  if (values.help || unknown !== undefined) {
    console.log(unknown === undefined ? usage : `unknown part: ${unknown}\n${usage}`);
    return unknown === undefined ? 0 : 64;
  }
  let failed = 0;
  for (const [name, part] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const row = await runPart(name, part);
    if (!row.passed) failed += 1;
    await writeFullReport(paths.root, { ...(await readFullReport(paths.root)), [name]: row }, Object.keys(parts));
  }
  console.log(await readFile(join(paths.root, 'dist', 'test-full.md'), 'utf8'));
  return failed === 0 ? 0 : 1;
}

async function runPart(name: string, { title, command, page }: (typeof parts)[string]): Promise<FullPart> {
  const run = $({ nothrow: true, stdio: 'inherit', preferLocal: true, verbose: true, cwd: paths.root });
  const began = performance.now();
  const commit = (await revision())['org.opencontainers.image.revision'] ?? 'unknown';
  const { exitCode } = await run`${command}`;
  const report = page === null ? await readReport() : null;
  return {
    title,
    passed: exitCode === 0,
    minutes: Number(((performance.now() - began) / 60_000).toFixed(1)),
    seen: page === null ? summarise(report, exitCode ?? 1).line : `docs/${page}`,
    day: new Date().toISOString().slice(0, 10),
    commit: commit.slice(0, 12),
    node: process.version,
    ...(name === 'full' && report !== null ? { tests: testsIn(report) } : {}),
  };
}

async function readReport(): Promise<Report | null> {
  const text = await readFile(join(paths.root, 'dist', 'test-report.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Report);
}

function testsIn({ testResults }: Report): NonNullable<FullPart['tests']> {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  return all.map(({ fullName, status, duration, meta }) => ({
    name: fullName,
    status,
    seconds: Math.round((duration ?? 0) / 1000),
    ...(meta?.measured === undefined ? {} : { measured: meta.measured }),
  }));
}

process.exitCode = await main();
