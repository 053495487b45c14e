import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParityReport } from '../../test/parity/run.ts';
import { paths } from './image-paths.ts';

/** Each mismatch as the smallest case found: its files, its options, and what either reader makes of it. */
export function showMismatches({ mismatches }: ParityReport, print: (line: string) => void): void {
  for (const { number, case: value, ours, server } of mismatches) {
    print(`case ${number}, made smaller:`);
    for (const [path, text] of Object.entries(value.files))
      if (text !== '') print(`  ${path}: ${JSON.stringify(text)}`);
    if (value.options.length > 0) print(`  options: ${JSON.stringify(value.options)}`);
    if (value.stdin !== null) print(`  stdin: ${JSON.stringify(value.stdin)}`);
    print(`  ours: ${JSON.stringify(ours)}\n  server: ${JSON.stringify(server)}\n`);
  }
}

/** Writes docs/parity.md and returns its path. */
export function writeParityReport(reports: readonly ParityReport[]): string {
  const path = 'docs/parity.md';
  writeFileSync(join(paths.root, path), parityPage(reports));
  return path;
}

function parityPage(reports: readonly ParityReport[]): string {
  const productions = [...new Set(reports.flatMap((report) => Object.keys(report.productions)))].sort();
  const [first] = reports;
  return `# Parity with the server

Written by \`npm run parity -- --cases ${first?.cases ?? 0} --seed ${first?.seed ?? 0} --write\`. Each case is a generated configuration: files with includes,
globs and \`dir\`, quotes and escapes, any bytes but NUL, and for some a command line and standard input. Our reader and the real server read it; they
agree if MODULE LIST has the loads that our reader found, with the same arguments and in the order of the server's log, or if both refuse.

| server | cases | mismatches | server starts | refused by both | left to the server | seconds |
| --- | --- | --- | --- | --- | --- | --- |
${reports.map((report) => `| Valkey ${report.server} | ${report.cases} | ${report.mismatches.length} | ${report.starts} | ${report.refusedByBoth} | ${report.leftToServer} | ${report.seconds} |`).join('\n')}

*Left to the server*: the line was read, and makes a directive or a value that the server does not have. The entrypoint does not know the server's
directives: it hands such a line on, and the server says what is wrong with it.

How often each production was generated:

| production | ${reports.map((report) => `Valkey ${report.server}`).join(' | ')} |
| --- | ${reports.map(() => '---').join(' | ')} |
${productions.map((name) => `| ${name} | ${reports.map((report) => report.productions[name] ?? 0).join(' | ')} |`).join('\n')}
`;
}
