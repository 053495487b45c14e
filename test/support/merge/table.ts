import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, type Statement, seats, stances, titleOfPlace } from './cells.ts';
import type { Subject } from './subjects.ts';

/** What docs/merge-matrix.md says of one option: what comes out where the environment and one other place speak, or one of them, or none. */
export interface Written extends Pick<Cell, 'subject' | 'statements'> {
  readonly outcome: string;
}

/** The written table about one option. Throws for a row that cannot be read. */
export function tableOf(subject: Subject): readonly Written[] {
  const heading = `## ${subject.title.charAt(0).toUpperCase()}${subject.title.slice(1)}\n`;
  const [section = ''] = page().split(heading)[1]?.split('\n## ') ?? [];
  const [head = [], , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const columns = head.slice(2).map((title) => stances.find((stance) => stance === title) ?? null);
  return rows.flatMap(([what = '', where = '', ...outcomes]) =>
    saidIn(what, where).flatMap((said) =>
      outcomes.map((outcome, index) => {
        const stance = columns[index] ?? null;
        const environment: Statement[] = stance === null ? [] : [{ place: 'environment', form: 'load', stance }];
        const first = said.filter(({ place }) => place === 'image');
        const then = said.filter(({ place }) => place !== 'image');
        return { subject, outcome, statements: [...first, ...environment, ...then] };
      }),
    ),
  );
}

/** What the first two cells of a row stand for, for each place that is named: one statement, or none. */
function saidIn(what: string, where: string): Statement[][] {
  if (what === 'nothing') return [[]];
  const [formTitle, stanceTitle] = what.split(', ');
  const stance = stances.find((one) => one === stanceTitle);
  const form = formTitle === 'load line' ? 'load' : 'setting';
  // One title begins another.
  const named = where.replace('command line, word by word', 'WORDS').split(', ');
  const places = named.map((title) =>
    seats.find(({ place }) => titleOfPlace(place) === title.replace('WORDS', 'command line, word by word')),
  );
  return places.map((seat) => {
    if (seat === undefined || stance === undefined) throw new Error(`docs/merge-matrix.md: ${what} in ${where}`);
    return [{ place: seat.place, form, stance }];
  });
}

let text: string | null = null;

function page(): string {
  text ??= readFileSync(join(import.meta.dirname, '../../../docs/merge-matrix.md'), 'utf8');
  return text;
}

export type End = 'refused' | 'ends' | 'runs';

const ends = new Map<string, End>();

/** How a start with this statement and no other comes out, as it is written. */
export function endOfOne(subject: Subject, statement: Statement): End {
  const key = keyOf(subject, statement);
  if (!ends.has(key)) readEnds(subject);
  const end = ends.get(key);
  if (end === undefined) throw new Error(`docs/merge-matrix.md says nothing about ${key}`);
  return end;
}

function readEnds(subject: Subject): void {
  for (const { statements, outcome } of tableOf(subject)) {
    const [only, second] = statements;
    if (only === undefined || second !== undefined) continue;
    const end = outcome.startsWith('**refused**') ? 'refused' : outcome.includes('*ends*') ? 'ends' : 'runs';
    ends.set(keyOf(subject, only), end);
  }
}

function keyOf(subject: Subject, { place, form, stance }: Statement): string {
  return `${subject.title}: ${place}, ${form}, ${stance}`;
}
