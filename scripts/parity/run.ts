import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { grammarOf } from '../../entrypoint/conf/tokenize.ts';
import { changes } from '../../test/parity/case.ts';
import { neededProductions } from '../../test/parity/productions.ts';
import type { ParityReport } from '../../test/parity/run.ts';
import { addTallies, emptyTally, type Tally } from '../../test/parity/tally.ts';
import { openEngine, runOnce } from '../lib/engine.ts';
import { paths } from '../lib/image-paths.ts';
import { ownLabel } from '../lib/owner.ts';

const REPO = '/repo';

interface ParityRun {
  readonly cases: number;
  readonly seed: number;
  readonly server: ParityServer;
  readonly report: (line: string) => void;
}

/**
 * A server to compare with: its version, and its executable on the host or, where that is null, the one in the test
 * image.
 */
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

/**
 * Runs test/parity/run.ts in a container of the test image, beside the real server. Throws if it ends without a report.
 */
async function runWorker(
  { cases, seed, server, report }: ParityRun,
  worker: number,
  workers: number,
): Promise<ParityReport> {
  const own = '/opt/parity/valkey-server';
  const binary = server.executable === null ? '/usr/local/libexec/valkey/valkey-server' : own;
  const wish = {
    Image: 'valkey-bundle-test:local',
    Labels: ownLabel(),
    User: '0',
    WorkingDir: REPO,
    Entrypoint: [join(REPO, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')],
    Cmd: [
      ...['test/parity/run.ts', '--server', binary, '--version', server.version],
      ...['--module', '/opt/stand-ins/libreport.so', '--cases', String(cases), '--seed', String(seed)],
      ...['--worker', String(worker), '--workers', String(workers)],
    ],
    HostConfig: {
      NetworkMode: 'none',
      Tmpfs: { '/tmp': 'exec' },
      Binds: [`${paths.root}:${REPO}:ro`, ...(server.executable === null ? [] : [`${server.executable}:${own}:ro`])],
    },
  };
  const heard = (text: string): void => report(`Valkey ${server.version}: ${text.trim()}`);
  const { exitCode, stdout, stderr } = await runOnce(await openEngine(), wish, { heard });
  if (!stdout.startsWith('{')) throw new Error(`the parity run ended with code ${exitCode} and no report:\n${stderr}`);
  // test/parity/run.ts prints its report so.
  return JSON.parse(stdout) as ParityReport;
}

/** Names everything that a run never met though its cases are made for it: nothing, once it has some hundred cases. */
export function gapsIn({ server, productions, plans, refusals }: ParityReport): string[] {
  const isMet = (counts: Readonly<Record<string, number>>) => (name: string) => (counts[name] ?? 0) > 0;
  const plansMet = Object.keys(plans).flatMap((name) => name.split(', '));
  return [
    ...neededProductions(grammarOf(server)).filter((name) => !isMet(productions)(name)),
    ...[...changes, 'options', 'wrapper', 'lifted']
      .filter((name) => !plansMet.includes(name))
      .map((name) => `plan: ${name}`),
    ...REFUSALS.filter((code) => !isMet(refusals)(code)).map((code) => `refused by both: ${code}`),
  ];
}

const REFUSALS = ['VB101', 'VB104', 'VB105', 'VB107', 'one step later'];
