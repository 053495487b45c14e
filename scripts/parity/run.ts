import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { grammarOf } from '../../entrypoint/conf/tokenize.ts';
import { changes } from '../../test/parity/case.ts';
import type { ParityReport } from '../../test/parity/run.ts';
import { addTallies, emptyTally, neededProductions, type Tally } from '../../test/parity/tally.ts';
import type { WrittenReading } from '../../test/parity/written.ts';
import { openEngine, runOnce } from '../lib/engine.ts';
import { ownLabel } from '../lib/owner.ts';
import { paths } from '../lib/workspace.ts';

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

/** Reads each written case (test/parity/written.ts) by both readers. */
export async function readWritten(server: ParityServer): Promise<readonly WrittenReading[]> {
  // test/parity/run-written.ts prints its readings so.
  return (await runBeside(server, 'run-written.ts', [], () => {})) as readonly WrittenReading[];
}

async function runWorker(
  { cases, seed, server, report }: ParityRun,
  worker: number,
  workers: number,
): Promise<ParityReport> {
  const options = { cases, seed, worker, workers, module: '/opt/stand-ins/libreport.so' };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // test/parity/run.ts prints its report so.
  return (await runBeside(server, 'run.ts', words, report)) as ParityReport;
}

/**
 * Runs a program of test/parity in a container of the test image, beside the real server. Throws if it ends without a
 * report.
 */
async function runBeside(
  { version, executable }: ParityServer,
  program: string,
  words: readonly string[],
  report: (line: string) => void,
): Promise<unknown> {
  const own = '/opt/parity/valkey-server';
  const binary = executable === null ? '/usr/local/libexec/valkey/valkey-server' : own;
  const wish = {
    Image: 'valkey-bundle-test:local',
    Labels: ownLabel(),
    User: '0',
    WorkingDir: REPO,
    Entrypoint: [join(REPO, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')],
    Cmd: [`test/parity/${program}`, '--server', binary, '--version', version, ...words],
    HostConfig: {
      NetworkMode: 'none',
      Tmpfs: { '/tmp': 'exec' },
      Binds: [`${paths.root}:${REPO}:ro`, ...(executable === null ? [] : [`${executable}:${own}:ro`])],
    },
  };
  const heard = (text: string): void => report(`Valkey ${version}: ${text.trim()}`);
  const { exitCode, stdout, stderr } = await runOnce(await openEngine(), wish, { heard });
  if (!/^[{[]/.test(stdout)) throw new Error(`the parity run ended with code ${exitCode} and no report:\n${stderr}`);
  return JSON.parse(stdout);
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
