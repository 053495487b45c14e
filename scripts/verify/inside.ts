import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector } from '../start/run-inside.ts';
import { CheckFailed } from './outcome.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a running container, as the container's user unless another one is named. */
export async function inside(container: Docker.Container, command: readonly string[], user?: string): Promise<Ran> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const stdout = collector();
  const stderr = collector();
  container.modem.demuxStream(stream, stdout.sink, stderr.sink);
  await finished(stream, { writable: false });
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, stdout: stdout.text(), stderr: stderr.text() };
}

/** What the command printed; CheckFailed if it failed. */
export async function readInside(
  container: Docker.Container,
  command: readonly string[],
  user?: string,
): Promise<string> {
  const { exitCode, stdout, stderr } = await inside(container, command, user);
  if (exitCode === 0) return stdout;
  throw new CheckFailed(`\`${command.join(' ')}\` ended with ${exitCode}: ${(stderr || stdout).trim()}`);
}
