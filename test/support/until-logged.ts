import type { Output } from '../../scripts/lib/engine.ts';
import type { TestContainer } from './docker-container.ts';
import { until } from './until.ts';

/** Waits until a container has said something on standard error, and returns all of it: the engine may write it down after a server answers. */
export function untilLogged(container: TestContainer, text: string): Promise<string> {
  return until(`the log has ${text}`, async () => {
    const { stderr } = await container.output();
    return stderr.includes(text) ? stderr : undefined;
  });
}

/** Ends a container, and returns all that it has said: of one that runs the engine may not have written down everything yet. */
export async function wholeLog(container: TestContainer): Promise<Output> {
  await container.docker.kill();
  await container.ended();
  return container.output();
}
