import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ParityReport } from '../../test/parity/run.ts';
import { addTallies, emptyTally, type Tally } from '../../test/parity/tally.ts';
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

/** Runs test/parity/run.ts in a container of the test image, beside the real server. Throws if it ends without a report. */
async function runWorker(
  { cases, seed, server, report }: ParityRun,
  worker: number,
  workers: number,
): Promise<ParityReport> {
  const node = join(REPO, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const own = server.executable === null ? [] : ['--volume', `${server.executable}:/opt/parity/valkey-server:ro`];
  const binary = server.executable === null ? '/usr/local/libexec/valkey/valkey-server' : '/opt/parity/valkey-server';
  const container = [
    '--rm',
    '--label',
    `${ownerLabel}=${currentOwner()}`,
    '--user',
    '0',
    '--network',
    'none',
    '--tmpfs',
    '/tmp:exec',
    '--volume',
    `${ROOT}:${REPO}:ro`,
    ...own,
  ];
  const run = [
    'test/parity/run.ts',
    '--server',
    binary,
    '--version',
    server.version,
    '--module',
    '/opt/stand-ins/libreport.so',
  ];
  const child = execa(
    dockerClient(),
    [
      'run',
      ...container,
      '--workdir',
      REPO,
      '--entrypoint',
      node,
      'valkey-bundle-test:local',
      ...run,
      '--cases',
      String(cases),
      '--seed',
      String(seed),
      '--worker',
      String(worker),
      '--workers',
      String(workers),
    ],
    { reject: false },
  );
  child.stderr.on('data', (chunk: Buffer) => report(`Valkey ${server.version}: ${String(chunk).trim()}`));
  const result = await child;
  if (!result.stdout.startsWith('{'))
    throw new Error(`the parity run ended with code ${result.exitCode} and no report:\n${result.stderr}`);
  return JSON.parse(result.stdout) as ParityReport;
}
