/**
 * The answer to one DNS question (RFC 1035) out of a zone: addresses for A, nothing for other types, NXDOMAIN for a name that the zone does
 * not have. Undefined for what is no question.
 */
export function answerQuestion(
  query: Buffer,
  addressesOf: (name: string) => readonly string[] | undefined,
): Buffer | undefined {
  if (query.length < 17 || query.readUInt16BE(4) !== 1) return undefined;
  const { name, end } = readName(query, 12);
  const type = query.readUInt16BE(end);
  const question = query.subarray(12, end + 4);
  const addresses = addressesOf(name.toLowerCase());
  const records = type === TYPE_A ? (addresses ?? []).map(addressRecord) : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // A response, authoritative, recursion available; recursion desired as it was asked.
  const flags = 0x8480 | (query.readUInt16BE(2) & 0x0100) | (addresses === undefined ? NXDOMAIN : 0);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records]);
}

const TYPE_A = 1;
const NXDOMAIN = 3;

function readName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const parts: string[] = [];
  let at = start;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    parts.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: parts.join('.'), end: at + 1 };
}

/** Named by a pointer to the question; good for five seconds, as CoreDNS says in Kubernetes. */
function addressRecord(address: string): Buffer {
  const head = Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 5, 0, 4]);
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))]);
}
