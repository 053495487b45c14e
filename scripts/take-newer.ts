import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLock } from './data/lock.ts';
import { listLines, loadLine } from './data/release-line.ts';
import { findNewer, type Newer } from './inputs/newer.ts';
import { writeJson } from './lib/json.ts';
import { runVerb } from './pipeline/run-verb.ts';
import { openWorkspace, releasesPath } from './pipeline/workspace.ts';
import { newerRecord } from './refresh/newer-record.ts';
import { takePatches } from './refresh/take-newer.ts';
import { publishedLines } from './workflows/line-rows.ts';
import { runScript } from './workflows/run-script.ts';

const usage = `npm run take-newer
Writes newer patch releases of the server and the modules into modules/releases/, and what every name means today into
modules/lock.json (npm run resolve -- --update), for the published lines. What is newer and not taken is printed.`;

await runVerb({ name: 'take-newer', usage, options: {} }, async ({ aborted, report }) => {
  const workspace = openWorkspace();
  const lines = publishedLines(listLines(workspace).map((name) => loadLine(workspace, name)));
  const locked = readLock(workspace).lines;
  const newer: Newer[] = [];
  for (const line of lines) {
    const found = await findNewer(workspace, line, locked[line.line], { aborted, report });
    const [failure] = found.failures;
    if (failure !== undefined) throw failure.error;
    newer.push(...found.newer);
  }
  for (const { line } of lines) {
    const path = join(releasesPath(workspace), `${line}.yaml`);
    const text = await readFile(path, 'utf8');
    const taken = takePatches(
      text,
      newer.filter((one) => one.line === line),
    );
    if (taken !== text) await writeFile(path, taken);
  }
  for (const { line, input, kind, current, available } of newer) {
    report(`${line} ${input}: ${current} -> ${available}${kind === 'line' ? ', not taken: a newer version line' : ''}`);
  }
  await writeJson(newerRecord(workspace), { newer });
  const named = lines.flatMap(({ line }) => ['--line', line]);
  process.exitCode = await runScript('resolve', ['--update', ...named]);
});
