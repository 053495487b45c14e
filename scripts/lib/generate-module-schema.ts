import * as z from 'zod';
import { moduleManifest } from '../../modules/schema.ts';
import { lockFile } from '../data/lock.ts';
import { releaseLine } from '../data/release-line.ts';
import type { GeneratedFile } from './generated-file.ts';
import { jsonText } from './json.ts';

/** The JSON schema of module.yaml, for editors: what a manifest may leave out is optional here. */
export function generateModuleSchema(): GeneratedFile {
  return schemaFile('module.schema.json', 'A module of the bundle', moduleManifest);
}

/** The JSON schema of releases/<line>.yaml. */
export function generateLineSchema(): GeneratedFile {
  return schemaFile('release-line.schema.json', 'A release line of the bundle', releaseLine);
}

/** The JSON schema of lock.json. */
export function generateLockSchema(): GeneratedFile {
  return schemaFile('lock.schema.json', 'What the tags and names of the release lines meant', lockFile);
}

function schemaFile(name: string, title: string, type: z.ZodType): GeneratedFile {
  const { $schema, ...schema } = z.toJSONSchema(type, { io: 'input' });
  const document = { $schema, $id: name, title, ...schema };
  return { path: `modules/${name}`, content: jsonText(document) };
}
