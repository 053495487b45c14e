import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { textIfThere } from './files.ts';
import { writeJson } from './json.ts';

const oneTest = z.strictObject({
  name: z.string(),
  status: z.string(),
  seconds: z.number(),
  measured: z.string().optional(),
});

/** How one part of the full run ended, and of which commit that was said. */
const part = z.strictObject({
  title: z.string(),
  passed: z.boolean(),
  minutes: z.number(),
  /** The counts, or the page with the numbers. */
  seen: z.string(),
  day: z.string(),
  commit: z.string(),
  node: z.string(),
  /** Each test, where the part is of few. */
  tests: z.array(oneTest).optional(),
});

export type FullPart = z.infer<typeof part>;

/** dist/test-full.json by part; empty where no part was run yet. */
export async function readFullReport(root: string): Promise<Record<string, FullPart>> {
  const text = textIfThere(join(root, 'dist', 'test-full.json'));
  return text === null ? {} : z.record(z.string(), part).parse(JSON.parse(text));
}

/** Writes dist/test-full.json, and dist/test-full.md out of it: what a run said is no source, so it stays out of git. A part that was never run is in the table, as such. */
export async function writeFullReport(
  root: string,
  report: Readonly<Record<string, FullPart>>,
  names: readonly string[],
): Promise<void> {
  await writeJson(join(root, 'dist', 'test-full.json'), report);
  await writeFile(join(root, 'dist', 'test-full.md'), page(report, names));
}

function page(report: Readonly<Record<string, FullPart>>, names: readonly string[]): string {
  return `# Full test run

Written by \`npm run test:full\`, which runs all parts or those that it is given; each row says when, and on which commit.

| part | result | minutes | | day | commit | Node |
| --- | --- | --- | --- | --- | --- | --- |
${names.map((name) => row(name, report[name])).join('\n')}
${names.map((name) => testsOf(report[name])).join('')}`;
}

function testsOf(found: FullPart | undefined): string {
  if (found?.tests === undefined) return '';
  const rows = found.tests.map(
    ({ name, status, seconds, measured = '' }) =>
      `| ${name.replaceAll('|', '\\|')} | ${status} | ${seconds} | ${measured} |`,
  );
  return `
## ${found.title}

| test | result | seconds | measured |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function row(name: string, found: FullPart | undefined): string {
  if (found === undefined) return `| ${name} | not run | | | | | |`;
  const { title, passed, minutes, seen, day, commit, node } = found;
  return `| ${title} | ${passed ? 'passed' : 'failed'} | ${minutes} | ${seen} | ${day} | ${commit} | ${node} |`;
}
