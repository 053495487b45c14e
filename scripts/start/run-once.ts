import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';
import { collector, type InsideResult } from './run-inside.ts';

/** Runs a container to its end, as `docker run --rm` does, and collects what it prints. */
export async function runOnce(docker: Docker, options: Docker.ContainerCreateOptions): Promise<InsideResult> {
  const container = await docker.createContainer(options);
  try {
    // Attached before it starts, so that nothing it prints is missed.
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const stdout = collector();
    const stderr = collector();
    container.modem.demuxStream(stream, stdout.sink, stderr.sink);
    await container.start();
    const { StatusCode }: { StatusCode: number } = await container.wait();
    await finished(stream, { writable: false });
    return { exitCode: StatusCode, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    await container.remove({ force: true });
  }
}
