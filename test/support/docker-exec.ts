import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector } from '../../scripts/lib/engine.ts';

/** What a command in a container printed, and how it ended. */
export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a running container, as the container's user unless another one is named. */
export async function execIn(
  container: Docker.Container,
  command: readonly string[],
  user?: string,
): Promise<Executed> {
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
  if (ExitCode === null) throw new Error(`${command.join(' ')} has not ended`);
  return { exitCode: ExitCode, stdout: stdout.text(), stderr: stderr.text() };
}
