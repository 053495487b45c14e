import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type Docker from 'dockerode';

export type InsideResult = Readonly<{ exitCode: number; stdout: string; stderr: string }>;

/** Runs a command in the container, as `docker exec` does, and collects what it prints. */
export async function runInside(container: Docker.Container, command: readonly string[]): Promise<InsideResult> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const stdout = collector();
  const stderr = collector();
  container.modem.demuxStream(stream, stdout.sink, stderr.sink);
  await finished(stream, { writable: false });
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? 0, stdout: stdout.text(), stderr: stderr.text() };
}

/** A stream that keeps what is written to it. Bytes are joined before they are decoded: a chunk may end inside a character. */
export function collector(): { sink: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { sink, text: () => Buffer.concat(chunks).toString('utf8') };
}
