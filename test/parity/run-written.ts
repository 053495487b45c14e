import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { grammarOf } from '../../entrypoint/conf/tokenize.ts';
import { pathOf, readOurs } from './our-reader.ts';
import { readServer } from './real-server.ts';
import type { ParityCase, WrittenReading } from './written.ts';
import { allWrittenCases } from './written-includes.ts';

/* Runs inside the container that has the server: reads each written case twice, and prints the readings as JSON, in the order of the cases. */

const { values } = parseArgs({ options: { server: { type: 'string' }, version: { type: 'string' } } });
const { server = '', version = '' } = values;
const readings: WrittenReading[] = [];
for (const [index, value] of allWrittenCases.entries()) readings.push(await read(`/tmp/written/${index}`, value));
process.stdout.write(JSON.stringify(readings));

/** Nothing is added to the command line: what ends it, and what it lacks, is part of a case. */
async function read(home: string, value: ParityCase): Promise<WrittenReading> {
  const { name, folders = [], files = {}, stdin, args = ['main.conf'] } = value;
  const filled = (text: string): string => text.replaceAll('@dir@', home);
  for (const folder of ['', ...folders]) mkdirSync(pathOf(join(home, folder)), { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(pathOf(`${home}/${path}`), filled(text), 'latin1');
  const words = args.map(filled);
  const input = stdin === undefined ? null : filled(stdin);
  const ours = readOurs(home, words, input, grammarOf(version)).reading;
  return { name, ours, server: await readServer(server, home, words, input, { host: '127.0.0.1', port: 6379 }) };
}
