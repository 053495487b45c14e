import { expect } from 'vitest';
import { type Action, engineArgs, nodeCommands } from '../../entrypoint/cluster/action.ts';
import { planEnsure } from '../../entrypoint/cluster/ensure-plan.ts';
import type { View } from '../../entrypoint/cluster/view.ts';

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
