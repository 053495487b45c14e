import { command, errorIn, isList, problemIn, textIn, type View } from '../../cluster/view.ts';
import { refuse } from '../../diagnostics/diagnostic.ts';
import { type Answer, isError, type ServerError, type Session, type Waiting } from '../../host/host.ts';
import { type Cluster, serverAt } from './connection.ts';

/*
 * Two runs of `cluster ensure` must not work on one node at the same time, and there is no place to keep a lock in:
 * before the cluster exists a key cannot be written, and the node would no longer count as new. So the lock is the name
 * of a connection: a run connects to every named node, in the order of their ids, and in one transaction gives the
 * connection its name and lists all connections. Transactions of a node happen one after the other, so of two runs the
 * second one sees the first, and steps back. The lock ends with the connection, so a run that dies loses it; one whose
 * machine dies stops renewing it, and a connection that has been idle too long is closed by whoever waits.
 */

const LOCK_PREFIX = 'valkey-bundle:ensure:';
const RENEW_MS = 2000;
const IDLE_S = 20;
const ANSWER_MS = 5000;
/** Time for the answer to a late question: it may still show that nobody took the lock. */
const GRACE_MS = 1000;

interface Held {
  readonly view: View;
  readonly session: Session;
}

export interface Lock {
  /**
   * Runs something while the lock is renewed. Throws VB713 where it is lost, after having stopped what runs; also where
   * it was lost unseen.
   */
  holding<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  release(): void;
}

/** Locks the nodes, waiting for another run until `end`. Refuses VB712, VB713. */
export async function lockNodes(cluster: Cluster, views: readonly View[], end: number): Promise<Lock> {
  const name = `${LOCK_PREFIX}${cluster.waiting.nonce()}`;
  const held: Held[] = [];
  const release = (): void => {
    for (const { session } of held) session.end();
  };
  try {
    for (const view of [...views].sort((a, b) => (a.self.id < b.self.id ? -1 : 1))) {
      const session = cluster.waiting.open(serverAt(cluster.connection, view));
      held.push({ view, session });
      await lockOne(cluster, { view, session }, name, end);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release, holding: (run) => holding(cluster.waiting, held, name, run) };
}

async function lockOne({ waiting, say }: Cluster, { view, session }: Held, name: string, end: number): Promise<void> {
  for (let said = false; ; ) {
    waiting.stopped.throwIfAborted();
    const naming = [command('MULTI'), command('CLIENT', 'SETNAME', name), command('CLIENT', 'LIST'), command('EXEC')];
    const list = lastText(await session.ask(naming, ANSWER_MS));
    if (isError(list)) throw refuse('VB713', `${view.name} does not list its connections: ${list.message}`);
    const others = holdersIn(list, name);
    if (others.length === 0) return;
    const dead = others.filter(({ idle }) => idle >= IDLE_S).map(({ id }) => command('CLIENT', 'KILL', 'ID', id));
    const left = await session.ask([command('CLIENT', 'SETNAME', ''), ...dead], ANSWER_MS);
    if (left.kind === 'failed') throw refuse('VB713', `${view.name} does not answer any more: ${left.why}`);
    // Another one that waits may have closed it first.
    const kept = errorIn(left.replies.filter((reply) => !isError(reply) || !/no such client/i.test(reply.message)));
    if (kept !== null) throw refuse('VB713', `${view.name}: ${kept}`);
    if (waiting.now() >= end) throw refuse('VB712', `another run works on ${view.name}`);
    if (!said) say(`another run works on ${view.name}: waiting for it`);
    said = true;
    // Random, so that two runs that stepped back from each other do not meet again.
    await waiting.pause(200 + Math.random() * 400);
  }
}

/** The last element of the reply to EXEC, or why there is none. */
function lastText(answer: Answer): string | ServerError {
  if (answer.kind === 'failed') return { kind: 'error', message: answer.why };
  const error = errorIn(answer.replies);
  const done = answer.replies.at(-1);
  const text = error === null && isList(done) ? textIn(done.at(-1)) : null;
  return text ?? { kind: 'error', message: error ?? problemIn(done) };
}

function holdersIn(list: string, own: string): { readonly id: string; readonly idle: number }[] {
  return list.split('\n').flatMap((line) => {
    const field = (name: string): string => new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
    const name = field('name');
    return name.startsWith(LOCK_PREFIX) && name !== own ? [{ id: field('id'), idle: Number(field('idle')) }] : [];
  });
}

async function holding<T>(
  waiting: Waiting,
  held: readonly Held[],
  name: string,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // The first node may have been locked long before the last one: so before the work begins.
  const asked = await Promise.all(held.map((node) => renew(waiting, node, name, ANSWER_MS)));
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, waiting.stopped]);
  let isOver = false;
  const result = run(signal).finally(() => {
    isOver = true;
  });
  const renewals = async (node: Held, first: number): Promise<void> => {
    for (let last = first; ; ) {
      await Promise.race([result.catch(() => {}), waiting.pause(RENEW_MS)]);
      if (signal.aborted) return;
      // Once more when the work is over: a process that was frozen may have lost the lock long before its last step.
      const isLast = isOver;
      last = await renew(waiting, node, name, Math.max(last + IDLE_S * 1000 - waiting.now(), GRACE_MS));
      if (isLast) return;
    }
  };
  // Each node by itself: one that is silent for a while must not let the locks on the others grow old.
  const all = held.map((node, index) =>
    renewals(node, asked[index] ?? waiting.now()).catch((error: unknown) => lost.abort(error)),
  );
  await Promise.allSettled([result, ...all]);
  lost.signal.throwIfAborted();
  return result;
}

/**
 * Asks whether the lock is still there, which renews it; returns when it asked. A node that moves a big key answers
 * nobody, and lets nobody take the lock either: the caller says how long it may be silent. A second question is never
 * asked before the first is answered, so an answer always belongs to the last question. Refuses VB713.
 */
async function renew({ now }: Waiting, { view, session }: Held, name: string, timeoutMs: number): Promise<number> {
  const asked = now();
  const answer = await session.ask([command('CLIENT', 'GETNAME')], timeoutMs);
  if (answer.kind === 'failed')
    throw refuse('VB713', `${view.name} does not answer on the connection that is the lock: ${answer.why}`);
  const [held] = answer.replies;
  if (textIn(held) !== name)
    throw refuse('VB713', `${view.name} does not know the name of the lock: ${problemIn(held)}`);
  return asked;
}
