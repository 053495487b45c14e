import * as z from 'zod';
import type { GeneratedFile } from './generated-file.ts';
import { moduleManifest } from './module-schema.ts';

/** The JSON schema of module.yaml, for editors: what a manifest may leave out is optional here. */
export function generateModuleSchema(): GeneratedFile {
  const { $schema, ...schema } = z.toJSONSchema(moduleManifest, { io: 'input' });
  const document = { $schema, $id: 'module.schema.json', title: 'A module of the bundle', ...schema };
  return { path: 'modules/module.schema.json', content: `${JSON.stringify(document, null, 2)}\n` };
}
