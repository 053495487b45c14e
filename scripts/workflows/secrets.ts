import type { WorkflowProblem } from './problem.ts';
import type { Workflow } from './workflow-file.ts';

/**
 * No secret but the token of the job, anywhere in a workflow: named with a dot or in brackets, computed, all at once, or handed to another
 * workflow. Names of contexts and secrets are the same in capitals:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#secrets-context
 */
export function checkSecrets({ content, at }: Workflow): WorkflowProblem[] {
  return textsOf(content, []).flatMap(({ path, text }) => {
    const taken = takenBy(path, text);
    if (taken === null) return [];
    const [what, place] = isStep(path) ? ['step', path.slice(0, 4)] : ['workflow', path];
    const fix = 'use github.token or an identity of the job (id-token)';
    return [at(place, `the ${what} takes ${taken}`, fix)];
  });
}

interface Text {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

function textsOf(value: unknown, path: readonly PropertyKey[]): Text[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsOf(each, [...path, index]));
  if (!(value instanceof Object)) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    { path: [...path, key], text: key },
    ...textsOf(each, [...path, key]),
  ]);
}

const named = /\bsecrets\s*(?:\.\s*(?<dotted>[\w-]+)|\[\s*'(?<quoted>[^']*)'\s*\])/gi;

/** What a text takes, in words; null for nothing. A condition is an expression without the braces; elsewhere prose may speak of secrets. */
function takenBy(path: readonly PropertyKey[], text: string): string | null {
  if (path.at(-1) === 'secrets' && text === 'inherit') return 'every secret';
  const names = [...text.matchAll(named)].map(({ groups }) => groups?.['dotted'] ?? groups?.['quoted'] ?? '');
  const other = names.find((name) => name.toUpperCase() !== 'GITHUB_TOKEN');
  if (other !== undefined) return `the secret ${other}`;
  const rest = text.replaceAll(named, '');
  const expressions = path.at(-1) === 'if' ? [rest] : (rest.match(/\$\{\{[\s\S]*?\}\}/g) ?? []);
  const isTaken = expressions.some((expression) => /\bsecrets\b/i.test(expression)) || /\bsecrets\s*[.[]/i.test(rest);
  return isTaken ? 'secrets without naming one' : null;
}

function isStep([jobs, , steps, index]: readonly PropertyKey[]): boolean {
  return jobs === 'jobs' && steps === 'steps' && index !== undefined;
}
