import type { Group } from '../lab.ts';
import { require, requireSame } from '../outcome.ts';
import { checkServer, serverIn, untilItAnswers } from '../server.ts';

/** How long an empty server may take from SIGTERM to its end. */
const bound = 10_000;

/** SIGTERM reaches the server, which saves and ends with 0; what it saved is there at the next start. */
export const signals: Group = (lab) =>
  checkServer(lab, 'signals: SIGTERM saves and ends with 0', {}, async ({ container, cli }) => {
    requireSame('the reply to SET', await cli('SET', 'verify:kept', 'yes'), 'OK');
    const started = performance.now();
    await container.kill({ signal: 'SIGTERM' });
    const end: unknown = await container.wait({ abortSignal: AbortSignal.timeout(bound) }).catch(() => null);
    require(end !== null, () => `it has not ended ${bound} ms after SIGTERM`);
    const took = Math.round(performance.now() - started);
    const { State } = await container.inspect();
    require(State.ExitCode === 0, () => `it ended with exit code ${State.ExitCode}`);
    await container.start();
    await untilItAnswers(container);
    requireSame('the value after the next start', await serverIn(container).cli('GET', 'verify:kept'), 'yes');
    return `${took} ms`;
  });
