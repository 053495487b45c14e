import type { WorkflowProblem } from './problem.ts';
import { runnerOf } from './runners.ts';
import type { Workflow } from './workflow-file.ts';

const runners = Object.values(runnerOf);

/** A matrix made by a script names the runner of each row; the script takes it from the same list. */
const fromMatrix = /^\$\{\{ ?matrix\.runner ?\}\}$/;

/**
 * Every job ends by itself and runs on a system that is named; two runs of a workflow do not work against each other, and none
 * that is needed is left out.
 */
export function checkBounds({ content: { concurrency, jobs }, at }: Workflow): WorkflowProblem[] {
  const found: WorkflowProblem[] = [];
  if (concurrency === undefined) {
    found.push(at([], 'the workflow has no concurrency group', 'concurrency: { group: ..., cancel-in-progress: ... }'));
  }
  // GitHub gives up a run that waits when a later one of its group comes: what it would have compared, nobody compares.
  if (JSON.stringify(jobs).includes('github.event.before') && !JSON.stringify(concurrency)?.includes('github.sha')) {
    const what = 'pushes are compared with the one before them, and share a concurrency group';
    found.push(at(['concurrency', 'group'], what, 'github.sha in the group of a push'));
  }
  for (const [id, job] of Object.entries(jobs)) {
    const path = ['jobs', id];
    if (job['timeout-minutes'] === undefined)
      found.push(at(path, `the job ${id} may run for six hours`, 'timeout-minutes: ...'));
    const runner = job['runs-on'] ?? '';
    if (!runners.includes(runner) && !fromMatrix.test(runner)) {
      found.push(
        at([...path, 'runs-on'], `the job ${id} runs on ${runner || 'nothing'}`, `write ${runners.join(' or ')}`),
      );
    }
  }
  return found;
}
