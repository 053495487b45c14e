import type { Pin } from './pin-table.ts';
import type { WorkflowProblem } from './problem.ts';
import { stepsOf, type Workflow } from './workflow-file.ts';

const pinned = /^(?<action>[\w.-]+\/[\w./-]+)@(?<commit>[0-9a-f]{40})$/;
const exactTag = /^v\d+\.\d+\.\d+$/;

/**
 * Every action is named by a full commit with its exact tag beside it, and the pair is one that somebody read and wrote into the table
 * of docs/releasing.md: a commit that nobody saw, or a tag that was changed without its commit, is found here.
 */
export function checkActionPins(workflow: Workflow, pins: readonly Pin[]): WorkflowProblem[] {
  return stepsOf(workflow).flatMap(({ path, step }) => {
    if (step.uses === undefined) return [];
    const place = [...path, 'uses'];
    const found = pinned.exec(step.uses)?.groups;
    const action = found?.['action'];
    const commit = found?.['commit'];
    if (action === undefined || commit === undefined) {
      const message = `the action is not pinned by a full commit, got ${step.uses}`;
      return [workflow.at(place, message, 'write owner/name@<40 hexadecimal digits> # vX.Y.Z')];
    }
    const tag = workflow.commentOf(place);
    if (tag === null || !exactTag.test(tag)) {
      const message = `the comment beside the commit is not its exact tag, got ${tag ?? 'none'}`;
      return [workflow.at(place, message, 'write # vX.Y.Z behind it')];
    }
    const known = pins.find((pin) => isPartOf(action, pin.action) && pin.tag === tag && pin.commit === commit);
    if (known) return [];
    const message = `docs/releasing.md does not say where ${action} ${tag} at ${commit} was read`;
    return [
      workflow.at(place, message, 'read the pair in a public workflow or release, and add it to the table of actions'),
    ];
  });
}

/** Pins that no workflow uses: an entry of the table that has gone stale. */
export function unusedPins(workflows: readonly Workflow[], pins: readonly Pin[]): Pin[] {
  const used = workflows.flatMap((workflow) => stepsOf(workflow).map(({ step }) => step.uses ?? ''));
  return pins.filter(
    (pin) => !used.some((uses) => isPartOf(uses.split('@')[0] ?? '', pin.action) && uses.endsWith(`@${pin.commit}`)),
  );
}

/** A repository may hold several actions: anchore/scan-action/download-grype stands in anchore/scan-action. */
function isPartOf(action: string, repository: string): boolean {
  return action === repository || action.startsWith(`${repository}/`);
}
