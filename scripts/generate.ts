import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateBadInputMatrix } from './lib/generate-bad-input-matrix.ts';
import { generateDiagnostics } from './lib/generate-diagnostics.ts';
import { generateEnvironment } from './lib/generate-environment.ts';
import { generateLineSchema, generateLockSchema, generateModuleSchema } from './lib/generate-module-schema.ts';
import { generateProblems } from './lib/generate-problems.ts';
import { staleFiles, writeStaleFiles } from './lib/generated-file.ts';
import { listLines, loadLine } from './lines/load-line.ts';
import { PipelineError } from './problems/pipeline-error.ts';

const root = join(import.meta.dirname, '..');
const steps = [
  generateModuleSchema,
  generateLineSchema,
  generateLockSchema,
  generateDiagnostics,
  generateEnvironment,
  generateBadInputMatrix,
  generateProblems,
];
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

process.exitCode = generate();

function generate(): number {
  try {
    const workspace = { modules: join(root, 'modules'), dist: join(root, 'dist') };
    for (const name of listLines(workspace)) loadLine(workspace, name);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    console.error(error.message);
    return 1;
  }
  const files = steps.map((step) => step());
  if (!values.check) {
    for (const path of writeStaleFiles(root, files)) console.log(`wrote ${path}`);
    return 0;
  }
  const stale = staleFiles(root, files);
  for (const path of stale) console.error(`${path} is not what its sources say: run npm run generate`);
  return stale.length > 0 ? 1 : 0;
}
