import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Answers } from './names.ts';

/* The process that names.ts starts: node name-server.ts <zone file>. Reads the zone for each question. */

function serve(zone: string): void {
  const socket = createSocket('udp4');
  let turn = 0;
  socket.on('message', (query, { port, address }) => {
    const answers = JSON.parse(readFileSync(zone, 'utf8')) as Answers;
    const names = answers.old !== undefined && Date.now() < answers.old.until ? answers.old.zone : answers.zone;
    turn += 1;
    const answer = answerQuestion(query, (name) => inTurn(names[name], turn));
    if (answer !== undefined) socket.send(answer, port, address);
  });
  socket.bind(53);
}

/** Each answer begins with another address, so that the clients of a service spread over its pods. */
function inTurn(addresses: readonly string[] | undefined, turn: number): readonly string[] | undefined {
  if (addresses === undefined || addresses.length === 0) return addresses;
  const first = turn % addresses.length;
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}

/**
 * The answer to one DNS question (RFC 1035) out of a zone: addresses for A, nothing for other types, NXDOMAIN for a name that the zone does
 * not have. Undefined for what is not a question.
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

if (import.meta.main) serve(process.argv[2] ?? '');
