import { setTimeout as pause } from 'node:timers/promises';
import type { Group } from '../lab.ts';
import { CheckFailed } from '../outcome.ts';
import { checkServer } from '../server.ts';

/** Long enough for a machine that does other things, too: what it waits for is the engine's own verdict. */
const boundMs = 120_000;

/** The image's own health check, asked more often than it says, becomes healthy. */
export const health: Group = (lab) =>
  checkServer(lab, 'health: becomes healthy', { healthEveryMs: 300 }, async ({ container }) => {
    const end = performance.now() + boundMs;
    for (;;) {
      const { Health } = (await container.inspect()).State;
      if (Health === undefined) throw new CheckFailed('the image has no health check');
      const last = Health.Log?.at(-1)?.Output.trim() ?? 'it was not asked yet';
      if (Health.Status === 'healthy') return last;
      if (Health.Status === 'unhealthy' || performance.now() > end) throw new CheckFailed(`${Health.Status}: ${last}`);
      await pause(100);
    }
  });
