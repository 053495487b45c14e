import { type Action, type Decision, describeAction, engineArgs, nodeCommands } from '../../cluster/action.ts';
import { planEnsure } from '../../cluster/ensure-plan.ts';
import { errorIn, type Sighting, type View } from '../../cluster/view.ts';
import type { Environment } from '../../conf/environment.ts';
import { Refusal, refuse } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../host/host.ts';
import { printable } from '../../text/bytes.ts';
import type { Place } from '../../text/place.ts';
import { CONNECTION_OPTIONS, numberOf, readOptions, readTargets, type Target, type ToolContext } from '../options.ts';
import { usageOf } from '../pages.ts';
import { ask, type Cluster, engineConnection, readConnection, readNode, troubleDiagnostic } from './connection.ts';
import { finishMoves, markMoving, unmarkMoving, wasMoving } from './cut-off-moves.ts';
import { lockNodes } from './lock.ts';
import { findClones, findClosedBuses } from './members.ts';

const BETWEEN_MS = 300;
/** Each step is planned from what the nodes say after the one before: more steps than this lead nowhere. */
const MOST_STEPS = 200;

interface Job {
  readonly cluster: Cluster;
  readonly env: Environment;
  readonly targets: readonly Target[];
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly at: Place;
}

/**
 * `valkey-bundle cluster ensure`: makes one healthy cluster of the named nodes. A healthy one is only asked, never
 * written to.
 */
export async function ensure({ host, args, env }: ToolContext, waiting: Waiting): Promise<number> {
  const kinds = {
    nodes: 'value',
    replicas: 'value',
    timeout: 'value',
    'dry-run': 'flag',
    ...CONNECTION_OPTIONS,
  } as const;
  const options = readOptions(args, kinds, 'cluster ensure', 3);
  const nodes = options.get('nodes');
  if (nodes === undefined) throw refuse('VB601', '--nodes is missing', { hint: usageOf('cluster ensure') });
  const job: Job = {
    cluster: {
      waiting,
      connection: readConnection(host, options, env),
      say: (line) => host.print('stderr', `valkey-bundle: ${printable(line)}\n`),
    },
    env,
    targets: readTargets(nodes.text, nodes.at),
    replicas: numberOf(options.get('replicas'), 'replicas', 0, [0, 20]),
    timeoutMs: numberOf(options.get('timeout'), 'timeout', 120, [1, 86_400]) * 1000,
    at: nodes.at,
  };
  if (job.targets.length < 3) throw refuse('VB701', `${job.targets.length} nodes are named`, { at: job.at });

  // Asked without the lock: a cluster that needs nothing is only read.
  const { views, actions } = await nextActions(job, null, waiting.stopped);
  for (const action of actions) host.print('stdout', `${printable(showAction(action))}\n`);
  if (options.has('dry-run') && actions.length > 0) return 0;
  if (actions.length > 0) {
    const lock = await lockNodes(job.cluster, views, waiting.now() + job.timeoutMs);
    try {
      await lock.holding((signal) => work(job, signal));
    } finally {
      lock.release();
    }
  }
  host.print('stdout', `ok: ${job.targets.length} nodes are linked, and every slot has an owner\n`);
  return 0;
}

/** Step after step, each planned from the nodes' own answers, until nothing is left. */
async function work(job: Job, signal: AbortSignal): Promise<void> {
  let last: Action | null = null;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { views, actions } = await nextActions(job, last, signal);
    const [action] = actions;
    if (action === undefined) {
      if (last?.kind === 'rebalance') await unmarkMoving(job.cluster, views);
      return;
    }
    job.cluster.say(describeAction(action));
    if (action.kind === 'rebalance') await markMoving(job.cluster, views);
    if (action.kind === 'fix') await finishMoves(job.cluster, views, signal);
    await perform(job, views, action, signal);
    last = action;
  }
  throw refuse('VB711', `the cluster is not complete after ${MOST_STEPS} steps`, { at: job.at });
}

/**
 * Asks all nodes until they agree on the next action, or that nothing is left. The last action has to show first.
 * Refuses VB711 or VB721 in the end.
 */
async function nextActions(
  job: Job,
  last: Action | null,
  signal: AbortSignal,
): Promise<{ readonly views: readonly View[]; readonly actions: readonly Action[] }> {
  const { cluster, targets, at } = job;
  const end = cluster.waiting.now() + job.timeoutMs;
  for (let said = ''; ; ) {
    signal.throwIfAborted();
    const views = await surveyAll(cluster, targets, { end, at });
    const decision = await decide(job, views, last);
    if (decision.kind === 'refuse') throw new Refusal(decision.diagnostic);
    const hasEffect = decision.kind === 'actions' && !isSame(decision.actions[0], last);
    if (hasEffect) return { views, actions: decision.actions };
    const why = decision.kind === 'wait' ? decision.why : 'what was done last does not show yet';
    const isOver = cluster.waiting.now() >= end;
    if (isOver || why !== said) {
      const [closed] = await lookForObstacles(job, views);
      if (isOver)
        throw closed === undefined ? refuse('VB711', why, { at }) : refuse('VB721', `${why}: ${closed}`, { at });
      cluster.say(`waiting: ${why}${closed === undefined ? '' : `: ${closed}`}`);
    }
    said = why;
    await cluster.waiting.pause(BETWEEN_MS);
  }
}

/** Bus ports at which nobody listens. Refuses VB719, which does not pass. */
async function lookForObstacles({ cluster, at }: Job, views: readonly View[]): Promise<readonly string[]> {
  const clones = await findClones(cluster, views);
  if (clones.length > 0) throw refuse('VB719', clones.join('; '), { at });
  return findClosedBuses(cluster, views);
}

/** The plan; where nothing is left to do, an earlier run that was cut off may still have left slots to move. */
async function decide({ cluster, replicas, at }: Job, views: readonly View[], last: Action | null): Promise<Decision> {
  const decision = planEnsure(views, { replicas, resume: false, at });
  const isComplete = decision.kind === 'actions' && decision.actions.length === 0;
  if (!isComplete) return decision;
  const moving = await wasMoving(cluster, views);
  if (typeof moving === 'string') return { kind: 'wait', why: moving };
  if (last?.kind === 'rebalance' || !moving) return decision;
  return planEnsure(views, { replicas, resume: true, at });
}

function isSame(action: Action | undefined, last: Action | null): boolean {
  return action !== undefined && last !== null && describeAction(action) === describeAction(last);
}

/** Refuses VB711 where joining takes too long, VB714 where valkey-cli fails, VB716 where a node refuses. */
async function perform(job: Job, views: readonly View[], action: Action, signal: AbortSignal): Promise<void> {
  const { cluster, timeoutMs, at } = job;
  const engine = engineArgs(action);
  if (engine === null) {
    // Every action that is not the engine's is about one node.
    if (!('node' in action)) return;
    const answer = await ask(cluster, action.node, nodeCommands(action), { signal });
    const error = answer.kind === 'failed' ? answer.why : errorIn(answer.replies);
    if (error !== null) throw refuse('VB716', `${action.node.name}: ${error}`, { at });
    return;
  }
  // valkey-cli waits without end for nodes that cannot reach each other; moving slots takes as long as it takes.
  const joins = action.kind === 'create' || action.kind === 'add';
  const closed = joins ? await lookForObstacles(job, views) : [];
  for (const line of closed) cluster.say(line);
  const { args, env } = engineConnection(cluster.connection, job.env);
  const ended = await cluster.waiting.run('valkey-cli', [...engine, ...args], {
    env,
    signal,
    ...(joins ? { timeoutMs } : {}),
  });
  const what = `valkey-cli ${engine.slice(0, 2).join(' ')}`;
  if (ended.timedOut && closed.length > 0) throw refuse('VB721', closed.join('; '), { at });
  if (ended.timedOut) throw refuse('VB711', `${what} is still waiting for the nodes to join`, { at });
  if (ended.exitCode !== 0) throw refuse('VB714', `${what} ended with ${ended.exitCode ?? ended.problem}`, { at });
}

function showAction(action: Action): string {
  const commands = engineArgs(action) ?? nodeCommands(action).map((words) => words.join(' '));
  return `plan: ${describeAction(action)} (${['valkey-cli', ...commands].join(' ')})`;
}

/**
 * The views of all named nodes, once they all answer. Says what it waits for when that changes. Refuses VB703 and VB704
 * when the time is up, and at once what does not pass with time: VB705, VB706, VB716.
 */
async function surveyAll(
  cluster: Cluster,
  targets: readonly Target[],
  { end, at }: { readonly end: number; readonly at: Place },
): Promise<readonly View[]> {
  let said = '';
  for (;;) {
    const readings = await Promise.all(targets.map((target) => readNode(cluster, target)));
    const views = readings.flatMap((reading) => (reading.kind === 'view' ? [reading.view] : []));
    if (views.length === targets.length) return views;
    const troubles = targets.flatMap((target, index) => {
      const reading = readings[index];
      return reading?.kind === 'trouble' ? [{ target, reading }] : [];
    });
    const worst = troubles.find(({ reading }) => !mayPass(reading)) ?? troubles[0];
    if (worst !== undefined && (!mayPass(worst.reading) || cluster.waiting.now() >= end))
      throw new Refusal(troubleDiagnostic(worst.target.name, worst.reading, at));
    const text = troubles.map(({ target, reading }) => `${target.name} (${reading.why})`).join(', ');
    if (text !== said) cluster.say(`waiting for ${text}`);
    said = text;
    await cluster.waiting.pause(BETWEEN_MS);
  }
}

function mayPass(reading: Sighting & { kind: 'trouble' }): boolean {
  return reading.what === 'address' || reading.what === 'connection' || reading.what === 'loading';
}
