import type { Progress } from '../../scripts/start/progress.ts';

/** Progress that nobody sees, with all that was said: titles, lines, notes and warnings. */
export function recordedProgress(): { readonly progress: Progress; said(): string } {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const progress: Progress = {
    step: (title, work) => {
      say(title);
      return work(say);
    },
    note: say,
    warn: say,
  };
  return { progress, said: () => lines.join('\n') };
}
