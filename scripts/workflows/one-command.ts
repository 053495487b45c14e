import type { WorkflowProblem } from './problem.ts';
import { stepsOf, type Workflow } from './workflow-file.ts';

/** What a step may run: a verb, a test run, or what a clean machine runs. */
const programs = [
  /^npm run (?:--silent )?[a-z][a-z:-]*(?: |$)/,
  /^npm test(?: |$)/,
  /^(?:sudo --preserve-env )?\.ci\/run$/,
];

/** Whatever makes a command line more than one command with its arguments; a variable is only taken in double quotes. */
const shellLogic = /[;&|<>`()\\*?[\]{}!'#~]|\$(?![A-Z_]+")|(?<!")\$/;

/**
 * No logic in workflow files: a step runs exactly one command of the project, so that a laptop can run the same. No expression is
 * pasted into it (what a title or a branch is called would run as shell): values come in as variables.
 */
export function checkCommands(workflow: Workflow): WorkflowProblem[] {
  return stepsOf(workflow).flatMap(({ path, step: { run } }) => {
    if (run === undefined) return [];
    const wrong = problemOf(run);
    return wrong === null ? [] : [workflow.at([...path, 'run'], wrong.message, wrong.fix)];
  });
}

function problemOf(run: string): { message: string; fix: string } | null {
  if (run.includes('${{')) {
    return {
      message: 'an expression is pasted into a command',
      fix: 'put it into env, and write "$NAME" in the command',
    };
  }
  if (run.trim().includes('\n')) {
    return { message: 'the step runs more than one line', fix: 'move it into a verb under scripts/' };
  }
  if (!programs.some((program) => program.test(run))) {
    return {
      message: `the step does not run the project's own command, got ${run}`,
      fix: 'npm run <verb>, npm test or .ci/run',
    };
  }
  if (shellLogic.test(run)) {
    return {
      message: `shell logic in a step, got ${run}`,
      fix: 'move it into a verb under scripts/; write variables as "$NAME"',
    };
  }
  return null;
}
