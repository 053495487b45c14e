import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, it, vi } from 'vitest';
import { createProgress } from '../../../scripts/start/progress.ts';

// Where the process has no terminal, the spinner is written there as lines.
beforeEach(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true));

/** What a step whose work ends with this error leaves on a terminal. */
async function leftBy(error: Error): Promise<string> {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  // Of a terminal's stream, progress uses no more than this.
  const progress = createProgress(terminal as unknown as NodeJS.WriteStream);
  const step = progress.step('Building', async (say) => {
    for (let line = 1; line <= 40; line++) say(`line ${line}`);
    throw error;
  });
  await expect(step).rejects.toBe(error);
  return text(terminal.end());
}

it('a step that fails on a terminal leaves its last lines, which the spinner hid', async () => {
  const left = await leftBy(new Error('exit code 1'));
  expect(left).toContain('\n  line 39\n  line 40\n');
  expect(left).not.toContain('  line 10\n');
});

it('one that was interrupted leaves none', async () => {
  expect(await leftBy(AbortSignal.abort().reason as Error)).not.toContain('  line 40\n');
});
