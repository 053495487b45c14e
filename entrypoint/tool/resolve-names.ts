import { numberOf, readOptions } from '../cluster/options.ts';
import type { Waiting } from '../host.ts';
import type { ToolContext } from './run.ts';

const USAGE = 'resolve [--within MS] <name>...';
const BETWEEN_MS = 150;

/**
 * `valkey-bundle resolve`: the addresses of host names, one line a name, as healing at a start asks for them: all at once, and what has no
 * address yet again until the time is up. Names that have none print nothing. Exit code 0.
 */
export async function resolveNames({ host, args }: ToolContext): Promise<number> {
  const words = args[0] === '--within' ? 2 : 0;
  const options = readOptions(args.slice(0, words), { within: 'value' }, USAGE, 2);
  const names = args.slice(words);
  const waiting = host.waiting();
  const end = waiting.now() + numberOf(options.get('within'), 'within', 2000, [0, 60_000]);
  const print = (line: string): void => host.print('stdout', line);
  // A name server that says nothing holds a lookup up beyond the end: who starts this has to end it.
  await Promise.all(names.map((name) => resolveOne(waiting, name, end, print)));
  return 0;
}

async function resolveOne(waiting: Waiting, name: string, end: number, print: (line: string) => void): Promise<void> {
  while (waiting.now() < end) {
    const addresses = await waiting.lookup(name);
    if (addresses.length > 0) return print(`${name} ${addresses.join(' ')}\n`);
    await waiting.pause(BETWEEN_MS);
  }
}
