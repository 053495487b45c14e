import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Command } from '../host/host.ts';
import type { Place } from '../text/place.ts';
import { clusterAddress, command, type View } from './view.ts';

/** One step of `cluster ensure`. `valkey-cli --cluster` moves slots and joins nodes. */
export type Action =
  | { readonly kind: 'create'; readonly nodes: readonly View[]; readonly replicas: number }
  /**
   * Tells a node where others are: again, where it has lost their addresses, or for the first time after a cut-off
   * creation.
   */
  | { readonly kind: 'meet'; readonly node: View; readonly others: readonly View[] }
  /** Open slots, left by a move that was cut off, or slots that nobody owns while no node holds a key. */
  | { readonly kind: 'fix'; readonly through: View; readonly why: string }
  | { readonly kind: 'add'; readonly node: View; readonly to: View; readonly asReplica: boolean }
  /** Makes an empty primary a replica: it was added as one, and cut off before it became one. */
  | { readonly kind: 'replicate'; readonly node: View; readonly primary: string }
  | { readonly kind: 'rebalance'; readonly through: View; readonly why: string };

/** The request to `cluster ensure`, beside the nodes. */
export interface Wish {
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
    case 'create': {
      const replicas = action.replicas === 0 ? '' : `, ${action.replicas} replica(s) a primary`;
      return `create a cluster of ${listed(action.nodes)}${replicas}`;
    }
    case 'meet':
      return `tell ${action.node.name} where ${listed(action.others)} can be reached`;
    case 'fix':
      return `repair slots: ${action.why}`;
    case 'add':
      return `add ${action.node.name}${action.asReplica ? ' as a replica' : ''}`;
    case 'replicate':
      return `make ${action.node.name} a replica`;
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
      return [
        '--cluster',
        'create',
        ...action.nodes.map(clusterAddress),
        '--cluster-replicas',
        String(action.replicas),
        '--cluster-yes',
      ];
    case 'add':
      return [
        '--cluster',
        'add-node',
        clusterAddress(action.node),
        clusterAddress(action.to),
        ...(action.asReplica ? ['--cluster-slave'] : []),
      ];
    case 'fix':
      return ['--cluster', 'fix', clusterAddress(action.through), '--cluster-yes'];
    case 'rebalance':
      return ['--cluster', 'rebalance', clusterAddress(action.through), '--cluster-use-empty-masters'];
    case 'meet':
    case 'replicate':
      return null;
  }
}

/** The commands to send to `action.node`, where it is not for `valkey-cli --cluster`. */
export function nodeCommands(action: Action): readonly Command[] {
  if (action.kind === 'replicate') return [command('CLUSTER', 'REPLICATE', action.primary)];
  if (action.kind !== 'meet') return [];
  return action.others.map(({ ip, port, self }) => command('CLUSTER', 'MEET', ip, String(port), String(self.busPort)));
}

function listed(views: readonly View[]): string {
  return views.map(({ name }) => name).join(', ');
}
