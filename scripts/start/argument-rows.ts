import { showArguments } from './environment.ts';
import type { PlanArgument } from './plan-report.ts';

/** `source` is null where nobody knows where an argument came from. */
export type ArgumentRow = Readonly<{ text: string; source: string | null }>;

/** The server's words in their order, each under the source of the planned argument that it belongs to. */
export function argumentRows(running: readonly string[], planned: readonly PlanArgument[]): ArgumentRow[] {
  const rows: ArgumentRow[] = [];
  // What was set by a directive instead of a load argument is in no list of the server's; it stands after the others.
  const elsewhere: ArgumentRow[] = [];
  let at = 0;
  for (const { text, source } of planned) {
    const found = findText(running, text, at);
    if (found === null) {
      elsewhere.push({ text, source });
      continue;
    }
    if (found.start > at) rows.push({ text: showArguments(running.slice(at, found.start)), source: null });
    rows.push({ text: showArguments(running.slice(found.start, found.end)), source });
    at = found.end;
  }
  if (at < running.length) rows.push({ text: showArguments(running.slice(at)), source: null });
  return [...rows, ...elsewhere];
}

/** The words that, written one after the other, are the text; quotes do not count, because the plan quotes and the server does not. */
function findText(words: readonly string[], text: string, from: number): { start: number; end: number } | null {
  const wanted = withoutQuotes(text);
  for (let start = from; start < words.length; start++) {
    for (let end = start + 1; end <= words.length; end++) {
      const candidate = withoutQuotes(words.slice(start, end).join(' '));
      if (candidate === wanted) return { start, end };
      if (candidate.length >= wanted.length) break;
    }
  }
  return null;
}

function withoutQuotes(text: string): string {
  return text.replace(/["']/g, '');
}
