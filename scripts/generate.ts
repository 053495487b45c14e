import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateBadInputMatrix } from './lib/generate-bad-input-matrix.ts';
import { generateDiagnostics } from './lib/generate-diagnostics.ts';
import { generateEnvironment } from './lib/generate-environment.ts';
import { generateMergeMatrix } from './lib/generate-merge-matrix.ts';
import { generateModuleSchema } from './lib/generate-module-schema.ts';
import { staleFiles, writeStaleFiles } from './lib/generated-file.ts';
import { ManifestError } from './lib/manifest-problem.ts';
import { loadManifests } from './lib/module-manifests.ts';

const root = join(import.meta.dirname, '..');
const steps = [
  generateModuleSchema,
  generateDiagnostics,
  generateEnvironment,
  generateBadInputMatrix,
  generateMergeMatrix,
];
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

process.exitCode = generate();

function generate(): number {
  try {
    loadManifests(join(root, 'modules'));
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
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
