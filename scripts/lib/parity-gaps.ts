import { grammarOf } from '../../entrypoint/conf/grammar.ts';
import { changes } from '../../test/parity/case.ts';
import type { ParityReport } from '../../test/parity/run.ts';
import { neededProductions } from '../../test/parity/tally.ts';

/** What a run never met though its cases are made for it: nothing, once it has some hundred cases. */
export function gapsIn({ server, productions, plans, refusals }: ParityReport): string[] {
  const isMet = (counts: Readonly<Record<string, number>>) => (name: string) => (counts[name] ?? 0) > 0;
  const plansMet = Object.keys(plans).flatMap((name) => name.split(', '));
  return [
    ...neededProductions(grammarOf(server)).filter((name) => !isMet(productions)(name)),
    ...[...changes, 'options', 'wrapper', 'lifted']
      .filter((name) => !plansMet.includes(name))
      .map((name) => `plan: ${name}`),
    ...REFUSALS.filter((code) => !isMet(refusals)(code)).map((code) => `refused by both: ${code}`),
  ];
}

const REFUSALS = ['VB101', 'VB104', 'VB105', 'VB107', 'one step later'];
