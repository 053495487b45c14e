import { checkActionPins } from './action-pin.ts';
import { checkBounds } from './bounds.ts';
import { checkVerbs, type Usages } from './known-verbs.ts';
import { checkCommands } from './one-command.ts';
import type { Pin } from './pin-table.ts';
import { checkPrivileges } from './privileges.ts';
import type { WorkflowProblem } from './problem.ts';
import type { Workflow } from './workflow-file.ts';

export interface Known {
  readonly pins: readonly Pin[];
  readonly usages: Usages;
}

/** Every rule of our own about one workflow, in the order of its lines. */
export function checkWorkflow(workflow: Workflow, { pins, usages }: Known): WorkflowProblem[] {
  return [
    ...checkActionPins(workflow, pins),
    ...checkCommands(workflow),
    ...checkPrivileges(workflow),
    ...checkBounds(workflow),
    ...checkVerbs(workflow, usages),
  ].sort((one, other) => one.line - other.line);
}
