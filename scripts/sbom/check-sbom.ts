import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import * as z from 'zod';
import { parseJson } from '../lib/json.ts';

/** What a validator says, by the field's place in the document. The library leaves its type open. */
const schemaErrors = z.array(z.looseObject({ instancePath: z.string(), message: z.string().optional() }));

/** The schema takes any text for it. */
const version = z.looseObject({ specVersion: z.literal('1.6') });

/** One for all: it compiles the schema at its first use, which takes most of a second. */
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

/** What is wrong with a document by the strict JSON schema of CycloneDX 1.6; empty where nothing is. */
export async function sbomProblems(text: string): Promise<string[]> {
  const read = parseJson(text, version);
  if (!read.ok) return [read.problem === 'syntax' ? `it is no JSON: ${read.what}` : '/specVersion is not 1.6'];
  const errors: unknown = await validator.validate(text);
  if (errors === null) return [];
  return schemaErrors
    .parse(errors)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? 'is wrong'}`);
}
