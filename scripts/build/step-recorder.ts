import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BuildSteps } from './build-steps.ts';

/** Collects what BuildKit did over several invocations of a verb. */
export interface StepRecorder {
  add(targets: readonly string[], steps: BuildSteps['steps']): void;
  isEmpty(): boolean;
  write(): Promise<void>;
}

/** Writes the record of one verb's steps to a file. `upToDate`: what was not asked of BuildKit, because it was there. */
export function stepRecorder(path: string, upToDate: readonly string[] = []): StepRecorder {
  const started = new Date().toISOString();
  const targets: string[] = [];
  const steps: BuildSteps['steps'] = [];
  return {
    add(more, done) {
      targets.push(...more);
      steps.push(...done);
    },
    isEmpty: () => targets.length === 0,
    async write() {
      await mkdir(dirname(path), { recursive: true });
      const record: BuildSteps = { started, targets, upToDate: [...upToDate], steps };
      await writeFile(path, `${JSON.stringify(record, null, 2)}\n`);
    },
  };
}
