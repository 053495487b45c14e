import { diagnose, refuse } from '../diagnostics/diagnostic.ts';
import { type KnownNode, SURE, type Waiting } from '../host/host.ts';
import { numberOf, readOptions, type ToolContext } from './options.ts';
import { usageOf } from './pages.ts';

const BETWEEN_MS = 150;
const REACH_MS = 300;
/** The most nodes that are looked for at their addresses: one that is found is enough. */
const MOST_REACHED = 64;

/**
 * `valkey-bundle resolve`: the addresses of host names, one line a name, as healing at a start asks for them: all at
 * once, and what has no address yet again until the time is up. Names that have none print nothing. With `--confirm`,
 * names whose nodes have an address are asked for again as long as no name leads elsewhere and no node listens where it
 * was: a name server may keep old answers. A later line of a name counts. In the end it says `sure`, with exit code 0;
 * or nothing, with exit code 75, when that time is up.
 */
export async function resolveNames({ host, args, tell }: ToolContext): Promise<number> {
  let words = 0;
  while (args[words]?.startsWith('--') === true) words += 2;
  const options = readOptions(args.slice(0, words), { within: 'value', confirm: 'value' }, 'resolve', 2);
  const nodes = args.slice(words).map((text, index) => readKnownNode(text, index + words + 2));
  const confirmMs = numberOf(options.get('confirm'), 'confirm', 0, [0, 60_000]);
  const waiting = host.waiting();
  const begin = waiting.now();
  const end = begin + numberOf(options.get('within'), 'within', 2000, [0, 60_000]);
  const found = new Map<string, readonly string[]>();
  const ask = async ({ host: name }: KnownNode): Promise<boolean> => {
    const addresses = await waiting.lookup(name);
    if (addresses.length === 0) return false;
    if (addresses.join() !== found.get(name)?.join()) host.print('stdout', `${name} ${addresses.join(' ')}\n`);
    found.set(name, addresses);
    return true;
  };
  // A silent name server holds a lookup up beyond the end: the starter of this process has to end it.
  await Promise.all(nodes.map((node) => askUntil(waiting, end, () => ask(node))));
  if (confirmMs === 0) return 0;
  for (let isFirst = true; ; isFirst = false) {
    if (nodes.some((node) => hasMoved(node, found)) || (await isAnyThere(waiting, nodes))) {
      host.print('stdout', `${SURE}\n`);
      return 0;
    }
    const left = begin + confirmMs - waiting.now();
    if (left <= 0) return 75;
    if (isFirst) tell(diagnose('VB754', `asking again for their names, for ${Math.ceil(left / 1000)} s at most`));
    await waiting.pause(BETWEEN_MS);
    await Promise.all(nodes.map(ask));
  }
}

async function askUntil(waiting: Waiting, end: number, ask: () => Promise<boolean>): Promise<void> {
  while (waiting.now() < end) {
    if (await ask()) return;
    await waiting.pause(BETWEEN_MS);
  }
}

/**
 * True if the name leads to another address than the one that is known, or to one where none was: then the answer is
 * taken for new.
 */
function hasMoved({ host, ip }: KnownNode, found: ReadonlyMap<string, readonly string[]>): boolean {
  const addresses = found.get(host) ?? [];
  return addresses.length > 0 && !addresses.includes(ip.toLowerCase());
}

/** True if some node listens at its known address. */
async function isAnyThere(waiting: Waiting, nodes: readonly KnownNode[]): Promise<boolean> {
  const places = nodes.filter(({ ip }) => ip !== '').slice(0, MOST_REACHED);
  const reached = places.map(async ({ ip, busPort }) => {
    if ((await waiting.reach(ip, busPort, REACH_MS)) !== null) throw new Error('nobody listens');
  });
  return Promise.any(reached).then(
    () => true,
    () => false,
  );
}

function readKnownNode(text: string, index: number): KnownNode {
  const match = /^([^=]+)(?:=([^@]*)@(\d{1,5}))?$/.exec(text);
  if (match === null)
    throw refuse('VB601', `"${text}" is not a name`, {
      at: { kind: 'argument', index },
      hint: usageOf('resolve'),
    });
  return { host: match[1] ?? '', ip: match[2] ?? '', busPort: Number(match[3] ?? 0) };
}
