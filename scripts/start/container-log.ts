import { Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector } from './run-inside.ts';

/** The last lines of both streams, in the order in which they were written. */
export async function lastLines(container: Docker.Container, count: number): Promise<string> {
  const raw = await container.logs({ stdout: true, stderr: true, follow: false, tail: count });
  const both = collector();
  const source = Readable.from([raw]);
  container.modem.demuxStream(source, both.sink, both.sink);
  await finished(source);
  return both.text().trimEnd();
}

/** Copies the log from its first line on; settles when the container has ended and all of it was written. */
export async function followLog(container: Docker.Container, stdout: Writable, stderr: Writable): Promise<void> {
  const stream = await container.logs({ stdout: true, stderr: true, follow: true });
  container.modem.demuxStream(stream, stdout, stderr);
  await finished(stream, { writable: false });
}
