import { expect } from 'vitest';
import { type Action, engineArgs, nodeCommands } from '../../entrypoint/cluster/action.ts';
import { planEnsure } from '../../entrypoint/cluster/ensure-plan.ts';
import { type NodeRow, readNodes } from '../../entrypoint/cluster/nodes.ts';
import type { View } from '../../entrypoint/cluster/view.ts';

/** A node of a test by its letter: its id, its address, and how others see it. */
export interface FakeNode {
  readonly letter: string;
  readonly slots?: string;
  readonly flags?: string;
  readonly primary?: string;
  readonly epoch?: number;
  /** False where the node whose view it is does not hear it. */
  readonly isHeard?: boolean;
  readonly ip?: string;
}

export function idOf(letter: string): string {
  return letter.repeat(40);
}

/** `a` is 10.0.0.10, `b` 10.0.0.11 ... */
export function ipOf(letter: string): string {
  return `10.0.0.${Number.parseInt(letter, 16)}`;
}

/** When the last answer came from each node: also the time of a start, for a node that starts. */
export const PONG = 1_800_000_000_000;

/** One line of CLUSTER NODES. */
export function lineOf({ letter, slots = '', flags = 'master', primary, epoch, ip }: FakeNode): string {
  const number = epoch ?? Number.parseInt(letter, 16);
  const address = `${ip ?? ipOf(letter)}:6379@16379,${letter}`;
  const to = primary === undefined ? '-' : idOf(primary);
  return `${idOf(letter)} ${address} ${flags} ${to} 0 ${PONG} ${number} connected ${slots}`.trimEnd();
}

/** The view of one of the nodes: of all of them, unless `sees` gives it others. */
export function viewOf(letter: string, sees: readonly FakeNode[], more: Partial<View> = {}): View {
  const text = sees
    .map((node) => lineOf(node.letter === letter ? { ...node, flags: `myself,${node.flags ?? 'master'}` } : node))
    .join('\n');
  const rows: readonly NodeRow[] = readNodes(text) ?? [];
  const self = rows.find(({ flags }) => flags.includes('myself'));
  if (self === undefined) throw new Error(`${letter} is not among the nodes that it sees`);
  return {
    name: `${letter}:6379`,
    ip: ipOf(letter),
    port: 6379,
    self,
    rows,
    heard: new Set(sees.flatMap((node) => (node.isHeard === false ? [] : [idOf(node.letter)]))),
    greeting: false,
    state: 'ok',
    epoch: 15,
    keys: 0,
    version: '9.1.2',
    runId: `run of ${letter}`,
    machine: ipOf(letter),
    isBehind: false,
    ...more,
  };
}

/** A node that nobody has talked to yet. */
export function fresh(letter: string, more: Partial<View> = {}): View {
  return viewOf(letter, [{ letter }], { state: 'fail', ...more });
}

/** Three primaries that share all slots. */
export const three: readonly FakeNode[] = [
  { letter: 'a', slots: '0-5460' },
  { letter: 'b', slots: '5461-10922' },
  { letter: 'c', slots: '10923-16383' },
];

/** The views of all nodes of a cluster, each seeing all of them. */
export function clusterOf(nodes: readonly FakeNode[], more: Partial<View> = {}): View[] {
  return nodes.map(({ letter }) => viewOf(letter, nodes, more));
}

const at = { kind: 'argument', index: 4 } as const;

/** What `cluster ensure` decides about these nodes: its commands, `wait`, or the code of the refusal. */
export function plan(views: readonly View[], { replicas = 0, resume = false } = {}) {
  const decision = planEnsure(views, { replicas, resume, at });
  switch (decision.kind) {
    case 'actions':
      return decision.actions.map(short);
    case 'wait':
      return 'wait';
    case 'refuse':
      expect(decision.diagnostic.at).toEqual(at);
      return decision.diagnostic.code;
  }
}

function short(action: Action): string {
  const command = (engineArgs(action)?.slice(1) ?? nodeCommands(action).flat()).join(' ');
  return action.kind === 'meet' || action.kind === 'replicate' ? `${action.node.name}: ${command}` : command;
}
