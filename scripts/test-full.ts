import { join } from 'node:path';
import process from 'node:process';
import { $ } from 'zx';
import { revision } from './image/labels.ts';
import { runVerb } from './lib/command-line.ts';
import { writeWhole } from './lib/files.ts';
import { PipelineError } from './lib/pipeline-error.ts';
import { readTestReport, summarise, testRows } from './lib/test-report.ts';
import { paths } from './lib/workspace.ts';

const parts: Readonly<Record<string, { title: string; command: readonly string[]; page?: string }>> = {
  tests: { title: 'every test of npm test', command: ['node', 'scripts/test.ts'] },
  full: { title: 'the longer tests (project full)', command: ['node', 'scripts/test.ts', 'full'] },
  parity: {
    title: 'parity, 100,000 cases a server',
    command: ['node', 'scripts/parity.ts', '--cases', '100000', '--seed', '1', '--write'],
    page: 'docs/parity.md',
  },
  bench: { title: 'benchmark', command: ['node', 'scripts/bench.ts', '--write'], page: 'docs/benchmark.md' },
};

const usage = `npm run test:full [-- PART...]
Everything that npm test samples, and writes dist/test-full.md. Half an hour to an hour. Exit code 1 if a part failed.
  PART  ${Object.keys(parts).join(', ')}: only these
Example: npm run test:full -- full`;

const verb = { name: 'test:full', usage, options: {}, positionals: Object.keys(parts).length };

await runVerb(verb, async ({ positionals, aborted }) => {
  const unknown = positionals.find((name) => !(name in parts));
  if (unknown !== undefined) throw new PipelineError('VP901', `npm run test:full: unknown part ${unknown}`);
  const run = $({
    nothrow: true,
    stdio: 'inherit',
    preferLocal: true,
    verbose: true,
    cwd: paths.root,
    signal: aborted,
  });
  const commit = (await revision())['org.opencontainers.image.revision'] ?? 'unknown';
  const rows: string[] = [];
  let tests = '';
  const page = (): string => `# Full test run

${new Date().toISOString().slice(0, 10)}, commit ${commit.slice(0, 12)}, Node ${process.version}

| part | result | minutes | |
| --- | --- | --- | --- |
${rows.join('\n')}
${tests}`;

  for (const [name, { title, command, page: written }] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const began = performance.now();
    const { exitCode } = await run`${command}`;
    aborted.throwIfAborted();
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    const report = written === undefined ? readTestReport() : null;
    const seen = written ?? summarise(report, exitCode ?? 1).line;
    rows.push(`| ${title} | ${exitCode === 0 ? 'passed' : 'failed'} | ${minutes} | ${seen} |`);
    if (name === 'full' && report !== null) {
      const head = '| test | result | seconds | measured |\n| --- | --- | --- | --- |';
      tests = `\n## ${title}\n\n${head}\n${testRows(report).join('\n')}\n`;
    }
    if (exitCode !== 0) process.exitCode = 1;
    await writeWhole(join(paths.root, 'dist', 'test-full.md'), page());
  }
  console.log(page());
});
