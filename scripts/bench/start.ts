import { BENCH, CONF } from './container.ts';
import type { Ratio } from './report.ts';
import { ratioOf, type Timing } from './statistics.ts';
import { type Case, type Effort, timeCases, timingIn } from './timer.ts';

const ENTRYPOINT = '/usr/local/bin/bundle-docker-entrypoint';
const STOCK = ['valkey-server', `${CONF}/stock.conf`];

/** The older entrypoints find the program that stands for the server where they would find the server: on PATH. */
const env = { PATH: `${BENCH}/bin:/usr/local/bin:/usr/bin:/bin` };

const cases: readonly Case[] = [
  { name: 'node -e 0', argv: [`${BENCH}/node`, '-e', '0'] },
  { name: 'entrypoint', argv: [ENTRYPOINT, ...STOCK] },
  { name: 'Python entrypoint', argv: [`${BENCH}/entrypoint.py`, ...STOCK], env },
  { name: 'shell entrypoint', argv: [`${BENCH}/entrypoint.sh`, ...STOCK], env },
  { name: 'entrypoint, a command', argv: [ENTRYPOINT, `${BENCH}/bin/nothing`] },
];

/** The start up to exec, as root, with four modules and the stock configuration: what the server becomes ends at once. */
export async function measureStart(
  effort: Effort,
): Promise<{ ratios: readonly Ratio[]; timings: Readonly<Record<string, Timing>> }> {
  const timed = await timeCases(cases, effort);
  const start = timingIn(timed, 'entrypoint');
  const against = (base: string, goal: number | null): Ratio => ({
    what: 'entrypoint',
    against: base,
    ...ratioOf(start, timingIn(timed, base)),
    goal,
  });
  return {
    ratios: [against('node -e 0', 1.1), against('Python entrypoint', 1), against('shell entrypoint', null)],
    timings: Object.fromEntries(timed),
  };
}
