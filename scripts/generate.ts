import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listLines, loadLine } from './data/release-line.ts';
import { badInput, diagnostics, environment, pipelineProblems, schemas } from './generate/pages.ts';
import { textIfThere } from './lib/files.ts';
import { paths } from './lib/image-paths.ts';
import { runVerb } from './pipeline/run-verb.ts';

const usage = `npm run generate [-- --check]
Writes docs/{diagnostics,environment,bad-input,pipeline-problems}.md and modules/*.schema.json.
  --check  write nothing: fail where one of them is not what its sources say`;

const options = { check: { type: 'boolean', default: false } } as const;

await runVerb({ name: 'generate', usage, options }, async ({ values }) => {
  const workspace = { modules: join(paths.root, 'modules'), dist: join(paths.root, 'dist') };
  for (const name of listLines(workspace)) loadLine(workspace, name);
  const files = [...schemas(), diagnostics(), environment(), badInput(), pipelineProblems()];
  const stale = files.filter(({ path, content }) => textIfThere(join(paths.root, path)) !== content);
  for (const { path, content } of stale) {
    if (values.check) {
      console.error(`${path} is not what its sources say: run npm run generate`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(join(paths.root, path)), { recursive: true });
    writeFileSync(join(paths.root, path), content);
    console.log(`wrote ${path}`);
  }
});
