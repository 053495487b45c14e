import type Docker from 'dockerode';
import { execIn } from '../lib/engine.ts';
import { CheckFailed } from './outcome.ts';

/** What the command printed; CheckFailed if it failed. */
export async function readInside(
  container: Docker.Container,
  command: readonly string[],
  user?: string,
): Promise<string> {
  const { exitCode, stdout, stderr } = await execIn(container, command, user);
  if (exitCode === 0) return stdout;
  throw new CheckFailed(`\`${command.join(' ')}\` ended with ${exitCode}: ${(stderr || stdout).trim()}`);
}
