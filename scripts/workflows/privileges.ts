import type { WorkflowProblem } from './problem.ts';
import { checkSecrets } from './secrets.ts';
import { stepsOf, type Workflow } from './workflow-file.ts';

/** What GitHub knows as scopes of GITHUB_TOKEN and this project uses; what each needs is said in docs/releasing.md. */
const scopes = ['actions', 'contents', 'id-token', 'packages', 'pull-requests'];
const levels = ['none', 'read', 'write'];

/** These start a workflow of the default branch, with its rights, on somebody else's commit. */
const dangerous = ['pull_request_target', 'workflow_run'];

/** The least rights: none by default, each job names its own, no token stays behind in the checkout, no other secret. */
export function checkPrivileges(workflow: Workflow): WorkflowProblem[] {
  return [
    ...ofTriggers(workflow),
    ...ofWorkflow(workflow),
    ...ofJobs(workflow),
    ...ofSteps(workflow),
    ...checkSecrets(workflow),
  ];
}

function ofTriggers({ content, at }: Workflow): WorkflowProblem[] {
  const names =
    typeof content.on === 'string' ? [content.on] : Array.isArray(content.on) ? content.on : keysOf(content.on);
  return dangerous
    .filter((event) => names.includes(event))
    .map((event) => at(['on'], `${event} runs with rights on foreign commits`, 'use pull_request, push or schedule'));
}

function ofWorkflow({ content: { permissions }, at }: Workflow): WorkflowProblem[] {
  if (typeof permissions === 'object' && Object.keys(permissions).length === 0) return [];
  const got = permissions === undefined ? 'none at all' : JSON.stringify(permissions);
  return [at(['permissions'], `the workflow's own permissions are not empty, got ${got}`, 'permissions: {}')];
}

function ofJobs({ content: { jobs }, at }: Workflow): WorkflowProblem[] {
  return Object.entries(jobs).flatMap(([id, { permissions }]) => {
    const path = ['jobs', id, 'permissions'];
    if (permissions === undefined)
      return [at(path, `the job ${id} names no permissions`, 'permissions: { contents: read }')];
    if (typeof permissions === 'string') {
      return [at(path, `the job ${id} takes ${permissions}`, 'name each scope that it needs')];
    }
    return Object.entries(permissions)
      .filter(([scope, level]) => !scopes.includes(scope) || !levels.includes(level))
      .map(([scope, level]) =>
        at([...path, scope], `unknown permission ${scope}: ${level}`, `${scopes.join(', ')}: read or write`),
      );
  });
}

function ofSteps(workflow: Workflow): WorkflowProblem[] {
  return stepsOf(workflow).flatMap(({ path, step }) => {
    const found: WorkflowProblem[] = [];
    if (step.uses?.startsWith('actions/checkout@') && step.with['persist-credentials'] !== false) {
      found.push(
        workflow.at(path, 'the checkout leaves its token in .git/config', 'with: { persist-credentials: false }'),
      );
    }
    return found;
  });
}

function keysOf(value: unknown): readonly unknown[] {
  return value instanceof Object ? Object.keys(value) : [];
}
