import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    measured?: string;
  }
}

/** Prints a figure that belongs to a test, and keeps it for the report of the full run (dist/test-full.md). */
export function measured({ task }: Pick<TestContext, 'task'>, figure: string): void {
  console.log(`${task.name}: ${figure}`);
  task.meta.measured = figure;
}
