import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector } from '../../scripts/lib/engine.ts';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything that a container has printed so far. Only for containers without a terminal, whose log keeps the streams apart. */
export async function outputOf(container: Docker.Container): Promise<Output> {
  const raw = await container.logs({ stdout: true, stderr: true, follow: false });
  const stdout = collector();
  const stderr = collector();
  const source = Readable.from([raw]);
  container.modem.demuxStream(source, stdout.sink, stderr.sink);
  await finished(source);
  return { stdout: stdout.text(), stderr: stderr.text() };
}
