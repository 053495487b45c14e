import { join } from 'node:path';
import { type Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import * as z from 'zod';
import { parseJson, sha256, writeWhole } from '../lib/files.ts';
import { PipelineError } from '../lib/pipeline-error.ts';
import type { Architecture } from '../lib/platform.ts';
import { artifactsPath, type Workspace } from '../lib/workspace.ts';
import { composeSbom } from './compose-sbom.ts';
import { readSbomInputs, type SbomInputs } from './sbom-inputs.ts';

/** The place of a line's document. */
const sbomPath = (workspace: Workspace, line: string, architecture: Architecture): string =>
  join(artifactsPath(workspace, line, architecture), 'sbom.cdx.json');

/** The document of what a build wrote down: the same bytes for the same records. */
export const sbomText = (inputs: SbomInputs): string => renderSbom(composeSbom(inputs));

/**
 * Writes the list of components of a line's image, made from the records of its build, and returns the path. The same
 * records give the same bytes. Throws VP601 to VP604.
 */
export async function writeSbom(workspace: Workspace, line: string, architecture: Architecture): Promise<string> {
  const text = sbomText(await readSbomInputs(workspace, line, architecture));
  const path = sbomPath(workspace, line, architecture);
  const problems = await sbomProblems(text);
  if (problems.length > 0) {
    throw new PipelineError('VP604', `${problems.length} fields are wrong`, {
      where: path,
      details: problems.join('\n'),
    });
  }
  await writeWhole(path, text);
  return path;
}

const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));

/**
 * The document as text: CycloneDX 1.6 JSON, the same bytes for the same document. Its serial number is made from its
 * content.
 */
export function renderSbom(bom: Models.Bom): string {
  bom.serialNumber = undefined;
  const content = write(bom);
  bom.serialNumber = `urn:uuid:${nameBasedUuid(content)}`;
  return `${write(bom)}\n`;
}

/** Lists stay in the order of insertion: the library's own sorting follows the language of the machine. */
function write(bom: Models.Bom): string {
  return serializer.serialize(bom, { space: 2, sortLists: false });
}

/** A UUID of version 8 (RFC 9562: name-based, on SHA-256): the same content always gets the same. */
function nameBasedUuid(content: string): string {
  const bytes = Buffer.from(sha256(content), 'hex').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The answer of the validator, by the field's place in the document. The library leaves its type open. */
const schemaErrors = z.array(z.looseObject({ instancePath: z.string(), message: z.string().optional() }));

/** The schema takes any text for it. */
const version = z.looseObject({ specVersion: z.literal('1.6') });

/** One for all: it compiles the schema at its first use, which takes most of a second. */
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

/** Gives what is wrong with a document by the strict JSON schema of CycloneDX 1.6; empty where nothing is. */
export async function sbomProblems(text: string): Promise<string[]> {
  const read = parseJson(text, version);
  if (!read.ok) return [read.problem === 'syntax' ? `this is not JSON: ${read.what}` : '/specVersion is not 1.6'];
  const errors: unknown = await validator.validate(text);
  if (errors === null) return [];
  return schemaErrors
    .parse(errors)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message ?? 'is wrong'}`);
}
