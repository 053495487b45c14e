import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Command } from '../host/host.ts';
import type { Place } from '../text/place.ts';
import { clusterAddress, command, type View } from './view.ts';

/** One step of `cluster ensure`. `valkey-cli --cluster` moves slots and joins nodes. */
export type Action =
  | { readonly kind: 'create'; readonly nodes: readonly View[] }
  /**
   * Tells a node where others are: again, where it has lost their addresses, or for the first time after a cut-off
   * creation.
   */
  | { readonly kind: 'meet'; readonly node: View; readonly others: readonly View[] }
  /** Open slots, left by a move that was cut off, or slots that nobody owns while no node holds a key. */
  | { readonly kind: 'fix'; readonly through: View; readonly why: string }
  /** With a primary it becomes a replica of it. */
  | { readonly kind: 'add'; readonly node: View; readonly to: View; readonly primary: Named | null }
  /**
   * Makes an empty primary a replica, which was added as one and cut off before it became one; or moves a replica to
   * another primary.
   */
  | { readonly kind: 'replicate'; readonly node: View; readonly primary: Named }
  /** Gives a primary an epoch above all others: its claims to slots count again everywhere. */
  | { readonly kind: 'bump'; readonly node: View; readonly why: string }
  | { readonly kind: 'rebalance'; readonly through: View; readonly why: string };

/** A node by its id, and by its name for people. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/** The request to `cluster ensure`, beside the nodes. */
export interface Wish {
  /** Of each shard. */
  readonly replicas: number;
  /** An earlier run began to move slots and did not finish. */
  readonly resume: boolean;
  /** Where the nodes are named. */
  readonly at: Place;
}

export type Decision =
  /** Without an action nothing is left to do. */
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** The nodes may still come to agree by themselves. */
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'refuse'; readonly diagnostic: Diagnostic };

/** One line for people. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'create':
      return `create a cluster of ${listed(action.nodes)}`;
    case 'meet':
      return `tell ${action.node.name} where ${listed(action.others)} can be reached`;
    case 'fix':
      return `repair slots: ${action.why}`;
    case 'add':
      return `add ${action.node.name}${action.primary === null ? '' : ` as a replica of ${action.primary.name}`}`;
    case 'replicate':
      return `make ${action.node.name} a replica of ${action.primary.name}`;
    case 'bump':
      return `give ${action.node.name} a new epoch: ${action.why}`;
    case 'rebalance':
      return `move slots until all primaries have the same share: ${action.why}`;
  }
}

/**
 * The arguments of `valkey-cli` for an action; null for a command to one node. Every version knows the old option
 * names.
 */
export function engineArgs(action: Action): readonly string[] | null {
  switch (action.kind) {
    case 'create':
      return ['--cluster', 'create', ...action.nodes.map(clusterAddress), '--cluster-replicas', '0', '--cluster-yes'];
    case 'add':
      return [
        '--cluster',
        'add-node',
        clusterAddress(action.node),
        clusterAddress(action.to),
        ...(action.primary === null ? [] : ['--cluster-slave', '--cluster-master-id', action.primary.id]),
      ];
    case 'fix':
      return ['--cluster', 'fix', clusterAddress(action.through), '--cluster-yes'];
    case 'rebalance':
      return ['--cluster', 'rebalance', clusterAddress(action.through), '--cluster-use-empty-masters'];
    case 'meet':
    case 'replicate':
    case 'bump':
      return null;
  }
}

/** The commands to send to `action.node`, where it is not for `valkey-cli --cluster`. */
export function nodeCommands(action: Action): readonly Command[] {
  if (action.kind === 'replicate') return [command('CLUSTER', 'REPLICATE', action.primary.id)];
  if (action.kind === 'bump') return [command('CLUSTER', 'BUMPEPOCH')];
  if (action.kind !== 'meet') return [];
  return action.others.map(({ ip, port, self }) => command('CLUSTER', 'MEET', ip, String(port), String(self.busPort)));
}

function listed(views: readonly View[]): string {
  return views.map(({ name }) => name).join(', ');
}
