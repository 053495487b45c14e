import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector } from '../start/run-inside.ts';

/** Everything that a container without a terminal has printed so far, standard error after standard output. */
export async function outputOf(container: Docker.Container): Promise<string> {
  const raw = await container.logs({ stdout: true, stderr: true, follow: false });
  const stdout = collector();
  const stderr = collector();
  const source = Readable.from([raw]);
  container.modem.demuxStream(source, stdout.sink, stderr.sink);
  await finished(source);
  return `${stdout.text()}${stderr.text()}`;
}
