import { nearestWord } from '../start/nearest-word.ts';
import type { WorkflowProblem } from './problem.ts';
import { stepsOf, type Workflow } from './workflow-file.ts';

/** What each npm script prints for --help, by the name of the script; null where nothing is known. */
export type Usages = ReadonlyMap<string, string | null>;

/** A workflow fails hours into a release if an option was renamed: every script that a step runs exists, and takes what it is given. */
export function checkVerbs(workflow: Workflow, usages: Usages): WorkflowProblem[] {
  return stepsOf(workflow).flatMap(({ path, step: { run } }) => {
    const called = run === undefined ? null : calledScript(run);
    if (called === null) return [];
    const place = [...path, 'run'];
    const usage = usages.get(called.script);
    if (usage === undefined) {
      const near = nearestWord(called.script, [...usages.keys()]);
      return [
        workflow.at(place, `package.json has no script ${called.script}`, near === null ? 'add it' : `npm run ${near}`),
      ];
    }
    return called.options
      .filter((option) => !knows(usage, option))
      .map((option) =>
        workflow.at(place, `npm run ${called.script} has no option ${option}`, `npm run ${called.script} -- --help`),
      );
  });
}

/** The script of package.json that a command line runs, and the options that it gives to it; null if it runs none. */
export function calledScript(run: string): { script: string; options: string[] } | null {
  const words = run.trim().split(/\s+/);
  if (words[0] !== 'npm') return null;
  const script = words[1] === 'test' ? 'test' : words.slice(2).find((word) => !word.startsWith('-'));
  const end = words.indexOf('--');
  const given = end < 0 ? [] : words.slice(end + 1);
  return {
    script: script ?? '',
    options: given.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0] ?? word),
  };
}

function knows(usage: string | null, option: string): boolean {
  return (usage ?? '').match(/(?<![\w-])--?[A-Za-z][\w-]*/g)?.includes(option) ?? false;
}
