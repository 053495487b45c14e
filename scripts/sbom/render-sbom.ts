import { createHash } from 'node:crypto';
import { type Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));

/** The document as text: CycloneDX 1.6 JSON, the same bytes for the same document. Its serial number is made from its content. */
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
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
