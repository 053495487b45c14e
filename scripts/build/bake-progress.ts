import type { BakeEvent } from './bake-events.ts';
import { stepName } from './build-steps.ts';

/** How often a step that takes its time is mentioned again, in milliseconds. */
const every = 30_000;
/** How much of an instruction is shown. */
const width = 100;

interface Running {
  readonly stage: string;
  readonly since: number;
  last: string;
}

/** Reports each step that is really executed as it starts, what the long ones are at, and how long they took. */
export function progressReporter(report: (line: string) => void): { see(event: BakeEvent): void; end(): void } {
  const running = new Map<string, Running>();
  const timer = setInterval(() => {
    for (const { stage, since, last } of running.values())
      if (Date.now() - since >= every / 2) report(`${stage}: ${seconds(since)}, ${shorten(last)}`);
  }, every);
  timer.unref();
  return {
    see(event) {
      if (event.kind === 'log') {
        const step = running.get(event.vertex);
        const line = event.text.trimEnd().split('\n').at(-1);
        if (step && line) step.last = line;
      }
      if (event.kind !== 'vertex') return;
      const { digest, name, started, completed } = event.vertex;
      const step = stepName(name);
      if (step === undefined || step.instruction.startsWith('FROM ')) return;
      const known = running.get(digest);
      if (completed !== undefined) {
        running.delete(digest);
        if (known && Date.now() - known.since > every) report(`${step.stage}: done after ${seconds(known.since)}`);
      } else if (started !== undefined && !known) {
        running.set(digest, { stage: step.stage, since: Date.now(), last: 'no output yet' });
        report(`${step.stage}: ${shorten(step.instruction)}`);
      }
    },
    end: () => clearInterval(timer),
  };
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= width ? line : `${line.slice(0, width - 3)}...`;
}
