import type { Ratio } from './report.ts';
import { ratioOf, type Timing } from './statistics.ts';
import { type Case, type Effort, timeCases, timingIn } from './timer.ts';

const CLI = 'valkey-cli ping';
const health = (...level: readonly string[]): Case => ({
  name: ['health', ...level].join(' '),
  argv: ['/usr/local/bin/valkey-bundle', 'health', ...level],
});

const cases: readonly Case[] = [
  { name: CLI, argv: ['/usr/local/bin/valkey-cli', 'ping'] },
  health(),
  health('--alive'),
  health('--joined'),
];

/** What asking a running server costs, in processor time: an orchestrator asks every node every few seconds, for ever. */
export async function measureProbe(
  effort: Effort,
): Promise<{ ratios: readonly Ratio[]; timings: Readonly<Record<string, Timing>> }> {
  const timed = await timeCases(cases, effort, 'real', true);
  const ratios = cases.slice(1).map(({ name }): Ratio => {
    const ratio = ratioOf(timingIn(timed, name), timingIn(timed, CLI));
    return { what: `${name} (processor time)`, against: CLI, ...ratio, median: ratio.cpu, goal: 1.3 };
  });
  return { ratios, timings: Object.fromEntries(timed) };
}
