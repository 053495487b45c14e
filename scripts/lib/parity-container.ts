import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ParityReport } from '../../test/parity/run.ts';
import { addTallies, emptyTally, type Tally } from '../../test/parity/tally.ts';
import type { WrittenReading } from '../../test/parity/written.ts';
import { dockerClient } from './engine.ts';
import { currentOwner, ownerLabel } from './owner.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REPO = '/repo';

export interface ParityRun {
  readonly cases: number;
  readonly seed: number;
  readonly server: ParityServer;
  readonly report: (line: string) => void;
}

/** A server to compare with: its version, and its executable on the host or, where that is null, the one in the test image. */
export interface ParityServer {
  readonly version: string;
  readonly executable: string | null;
}

/** Runs the cases in as many containers as there are processors, and adds up what they report. */
export async function runParity(run: ParityRun): Promise<ParityReport> {
  const workers = availableParallelism();
  const began = performance.now();
  const reports = await Promise.all(Array.from({ length: workers }, (_, worker) => runWorker(run, worker, workers)));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  return { server: run.server.version, seed: run.seed, seconds, ...reports.reduce<Tally>(addTallies, emptyTally) };
}

/** Runs a program of test/parity in a container of the test image, beside the real server. Throws if it ends without a report. */
async function runBeside(
  { version, executable }: ParityServer,
  program: string,
  words: readonly string[],
  report: (line: string) => void,
): Promise<unknown> {
  const node = join(REPO, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const own = executable === null ? [] : ['--volume', `${executable}:/opt/parity/valkey-server:ro`];
  const binary = executable === null ? '/usr/local/libexec/valkey/valkey-server' : '/opt/parity/valkey-server';
  const container = [
    ...[
      '--rm',
      '--label',
      `${ownerLabel}=${currentOwner()}`,
      '--user',
      '0',
      '--network',
      'none',
      '--tmpfs',
      '/tmp:exec',
    ],
    ...['--volume', `${ROOT}:${REPO}:ro`, ...own, '--workdir', REPO, '--entrypoint', node],
  ];
  const run = [`test/parity/${program}`, '--server', binary, '--version', version, ...words];
  const child = execa(dockerClient(), ['run', ...container, 'valkey-bundle-test:local', ...run], { reject: false });
  child.stderr.on('data', (chunk: Buffer) => report(`Valkey ${version}: ${String(chunk).trim()}`));
  const result = await child;
  if (!/^[{[]/.test(result.stdout))
    throw new Error(`the parity run ended with code ${result.exitCode} and no report:\n${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** Reads each written case (test/parity/written.ts) by both readers. */
export async function readWritten(server: ParityServer): Promise<readonly WrittenReading[]> {
  return (await runBeside(server, 'run-written.ts', [], () => {})) as readonly WrittenReading[];
}

async function runWorker(
  { cases, seed, server, report }: ParityRun,
  worker: number,
  workers: number,
): Promise<ParityReport> {
  const options = { cases, seed, worker, workers, module: '/opt/stand-ins/libreport.so' };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return (await runBeside(server, 'run.ts', words, report)) as ParityReport;
}
