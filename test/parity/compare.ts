import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Grammar } from '../../entrypoint/conf/grammar.ts';
import type { Case } from './generate.ts';
import { layOut } from './lay-out.ts';
import { readOurs } from './our-reader.ts';
import { agree, type Reading } from './reading.ts';
import { readServer } from './real-server.ts';

/** A server's executable, and the grammar of its version. */
export interface Server {
  readonly binary: string;
  readonly grammar: Grammar;
}

/** One case where the two readers differ. */
export interface Mismatch {
  /** Which of the cases it is, counted from 1. */
  readonly number: number;
  readonly case: Case;
  readonly ours: Reading;
  readonly server: Reading;
}

export interface Outcome {
  readonly mismatches: readonly Mismatch[];
  readonly starts: number;
  readonly refusedByBoth: number;
  /** Lines that make a directive or a value which the server does not have: the entrypoint leaves those to the server. */
  readonly leftToServer: number;
}

/**
 * Runs cases through both readers. Cases that our reader accepts are read by one server together, each included from a directory of
 * its own; where that disagrees, and for refusals and command lines, each gets a server of its own.
 */
export async function compare(server: Server, directory: string, cases: readonly Case[]): Promise<Outcome> {
  const laid = cases.map((value, index) => {
    const home = join(directory, String(index));
    layOut(home, value);
    return {
      number: index + 1,
      value,
      home,
      ours: readOurs(home, ['main.conf', ...value.options], value.stdin, server.grammar),
    };
  });
  const together = laid.filter(
    ({ value, ours }) => value.options.length === 0 && ours.kind === 'loads' && ours.doubtful !== true,
  );
  const disagreeing = await bisect(server, directory, together);
  const alone = [...laid.filter((entry) => !together.includes(entry)), ...disagreeing.entries];
  let starts = disagreeing.starts;
  const mismatches: Mismatch[] = [];
  let refusedByBoth = 0;
  let leftToServer = 0;
  for (const { number, value, home, ours } of alone) {
    const theirs = await readServer(server.binary, home, ['main.conf', ...value.options], value.stdin);
    starts += 1;
    if (agree(ours, theirs) || (theirs.kind === 'refused' && namesNoModule(ours)))
      refusedByBoth += theirs.kind === 'refused' ? 1 : 0;
    else if (isMeaning(theirs)) leftToServer += 1;
    else mismatches.push({ number, case: value, ours, server: theirs });
  }
  return { mismatches, starts, refusedByBoth, leftToServer };
}

interface Laid {
  readonly number: number;
  readonly value: Case;
  readonly home: string;
  readonly ours: Reading;
}

/** The cases about which the readers differ when many are read by one server. */
async function bisect(
  server: Server,
  directory: string,
  entries: readonly Laid[],
): Promise<{ entries: Laid[]; starts: number }> {
  if (entries.length === 0) return { entries: [], starts: 0 };
  if (
    await readTogether(
      server,
      directory,
      entries.map(({ home }) => home),
    )
  )
    return { entries: [], starts: 1 };
  if (entries.length === 1) return { entries: [...entries], starts: 1 };
  const middle = Math.floor(entries.length / 2);
  const left = await bisect(server, directory, entries.slice(0, middle));
  const right = await bisect(server, directory, entries.slice(middle));
  return { entries: [...left.entries, ...right.entries], starts: 1 + left.starts + right.starts };
}

/** One server for many cases: true if both readers agree about all of them. */
async function readTogether(server: Server, directory: string, homes: readonly string[]): Promise<boolean> {
  const text = homes.map((home) => `dir ${home}\ninclude main.conf\n`).join('');
  layOut(join(directory, 'all'), { files: { 'main.conf': text } });
  const home = join(directory, 'all');
  const ours = readOurs(home, ['main.conf'], null, server.grammar);
  return agree(ours, await readServer(server.binary, home, ['main.conf'], null));
}

/** The reader leads to a module that does not exist: the start refuses it too, one step later (VB302). */
function namesNoModule(ours: Reading): boolean {
  return ours.kind === 'loads' && ours.loads.some(({ path }) => !existsSync(Buffer.from(path, 'latin1')));
}

/** The server understood the line as we did, and then did not like what it says. */
function isMeaning(reading: Reading): boolean {
  return (
    reading.kind === 'refused' &&
    /Bad directive|wrong number of arguments|argument must be|argument\(s\) must be|couldn't be parsed|No such command|Invalid save parameters|Module config specified|Unused Module Configuration|No such file or directory'?$|Not a directory/i.test(
      reading.why,
    )
  );
}
