import type Docker from 'dockerode';
import { type ContainerWish, containerCommand, containerInputs } from './container-wish.ts';
import { runOnce } from './run-once.ts';
import { StartError } from './start-error.ts';

/**
 * Lets the entrypoint of the new image plan the start, in a container of its own, before a running server is stopped for it. What the
 * entrypoint would refuse is refused here, with its words and its exit code.
 */
export async function refuseBadStart(docker: Docker, wish: ContainerWish): Promise<void> {
  const command = ['valkey-bundle', 'plan', '--', ...(containerCommand(wish) ?? ['valkey-server'])];
  const { exitCode, stderr } = await runOnce(docker, { Image: wish.image, Cmd: command, ...containerInputs(wish) });
  if (exitCode === 0) return;
  throw new StartError(`the start would fail with exit code ${exitCode}:\n${stderr.trimEnd().replace(/^/gm, '  | ')}`, {
    fix: 'The server that runs was left alone.',
    exitCode,
  });
}
