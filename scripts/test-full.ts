import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { $ } from 'zx';
import { paths } from './lib/image-paths.ts';
import { type Report, summarise } from './lib/test-summary.ts';

/** Everything that `npm test` samples: all tests, parity on 100,000 cases a server, the benchmark. Writes docs/test-report.md. */
const run = $({ nothrow: true, stdio: 'inherit', preferLocal: true, verbose: true, cwd: paths.root });

const rows: string[] = [];
let failed = 0;
for (const [title, command, page] of [
  ['all tests', ['node', 'scripts/test.ts'], null],
  [
    'parity, 100,000 cases a server',
    ['node', 'scripts/parity.ts', '--cases', '100000', '--seed', '1', '--write'],
    'parity.md',
  ],
  ['benchmark', ['node', 'scripts/bench.ts', '--write'], 'benchmark.md'],
] as const) {
  const began = performance.now();
  const { exitCode } = await run`${command}`;
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  if (exitCode !== 0) failed += 1;
  rows.push(
    `| ${title} | ${exitCode === 0 ? 'passed' : 'failed'} | ${minutes} | ${page === null ? await counts() : `[${page}](${page})`} |`,
  );
}

const content = `# Full test run

Written by \`npm run test:full\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}.

| part | result | minutes | |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
await writeFile(join(paths.root, 'docs', 'test-report.md'), content);
console.log(content);
process.exitCode = failed === 0 ? 0 : 1;

async function counts(): Promise<string> {
  const report = JSON.parse(await readFile(join(paths.root, 'dist', 'test-report.json'), 'utf8')) as Report;
  return summarise(report).line;
}
