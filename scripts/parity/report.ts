import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParityReport } from '../../test/parity/run.ts';
import { paths } from '../lib/workspace.ts';

/** Each mismatch as the smallest case found: its files, its options, and what either reader makes of it. */
export function showMismatches({ mismatches }: ParityReport, print: (line: string) => void): void {
  for (const { number, case: value, ours, server, plan } of mismatches) {
    print(`case ${number}, made smaller:`);
    for (const [path, text] of Object.entries(value.files))
      if (text !== '') print(`  ${path}: ${JSON.stringify(text)}`);
    print(`  args: ${JSON.stringify(value.args)}`);
    if (value.stdin !== null) print(`  stdin: ${JSON.stringify(value.stdin)}`);
    if (plan !== null) print(`  plan (${value.change}): ${JSON.stringify(plan)}`);
    print(`  ${plan === null ? 'ours' : 'wanted'}: ${JSON.stringify(ours)}\n  server: ${JSON.stringify(server)}\n`);
  }
}

/** Writes docs/parity.md and returns its path. */
export function writeParityReport(reports: readonly ParityReport[]): string {
  const path = 'docs/parity.md';
  writeFileSync(join(paths.root, path), parityPage(reports));
  return path;
}

function parityPage(reports: readonly ParityReport[]): string {
  const [first] = reports;
  return `# Parity with the server

Written by \`npm run parity -- --cases ${first?.cases ?? 0} --seed ${first?.seed ?? 0} --write\`. Each case is a generated configuration: files with includes,
globs and \`dir\`, under any names, quotes and escapes, any bytes but NUL, and for some a command line and standard input. Our reader and the
real server read it; they agree if MODULE LIST has the loads that our reader found, with the same arguments and in the order of the server's
log, if the server ends in the same directory and has the same values of two directives that take any text, or if both refuse for the same reason.

What is read alike is then changed as a plan may change it, expressed by the entrypoint, and handed to a server once more: it must load
what the plan wants, and have the directory and the values that it had before. Files are read, and planned, a hundred at a time; what
disagrees is looked at alone.

| server | cases | mismatches | loads compared | plans compared | refused by both | left to the server | server starts | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${reports.map(serverRow).join('\n')}

*Left to the server*: the line was read, and makes a directive or a value that the server does not have. The entrypoint does not know the server's
directives: it hands such a line on, and the server says what is wrong with it. Never a load, an include or \`dir\`.

How often each production was met, where both readers agree about the meaning:

${tableOf(reports, 'production', ({ productions }) => productions)}

How often each change of the loads was handed over, and how the entrypoint expressed it:

${tableOf(reports, 'change, expression', ({ plans }) => plans)}

What both refuse, by our code. *One step later*: a load of a file that does not exist, which the plan refuses.

${tableOf(reports, 'code', ({ refusals }) => refusals)}
`;
}

function serverRow(report: ParityReport): string {
  const refused = Object.values(report.refusals).reduce((sum, times) => sum + times, 0);
  const { server, cases, mismatches, loadsCompared, plansCompared, leftToServer, starts, seconds } = report;
  const cells = [cases, mismatches.length, loadsCompared, plansCompared, refused, leftToServer, starts, seconds];
  return `| Valkey ${server} | ${cells.join(' | ')} |`;
}

function tableOf(
  reports: readonly ParityReport[],
  title: string,
  countsOf: (report: ParityReport) => Readonly<Record<string, number>>,
): string {
  const names = [...new Set(reports.flatMap((report) => Object.keys(countsOf(report))))].sort();
  return [
    `| ${title} | ${reports.map(({ server }) => `Valkey ${server}`).join(' | ')} |`,
    `| --- | ${reports.map(() => '---').join(' | ')} |`,
    ...names.map((name) => `| ${name} | ${reports.map((report) => countsOf(report)[name] ?? 0).join(' | ')} |`),
  ].join('\n');
}
