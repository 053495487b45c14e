import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { answerQuestion } from './dns-message.ts';
import type { Answers } from './name-server.ts';

/* The process of name-server.ts: node name-server-main.ts <zone file>. Reads the zone for each question. */

const [, , zone = ''] = process.argv;
const socket = createSocket('udp4');
let turn = 0;

socket.on('message', (query, { port, address }) => {
  const answers = JSON.parse(readFileSync(zone, 'utf8')) as Answers;
  const names = answers.old !== undefined && Date.now() < answers.old.until ? answers.old.zone : answers.zone;
  turn += 1;
  const answer = answerQuestion(query, (name) => inTurn(names[name]));
  if (answer !== undefined) socket.send(answer, port, address);
});
socket.bind(53);

/** Each answer begins with another address, so that the clients of a service spread over its pods. */
function inTurn(addresses: readonly string[] | undefined): readonly string[] | undefined {
  if (addresses === undefined || addresses.length === 0) return addresses;
  const first = turn % addresses.length;
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
