import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { openEngine } from '../lib/engine.ts';
import { ownLabel } from '../lib/owner.ts';
import type { Ratio } from './page.ts';
import {
  BENCH,
  type Case,
  CONF,
  type Effort,
  folders,
  OUTPUT,
  ratioOf,
  type Sample,
  type Timing,
  timeCases,
  timingIn,
  timingOf,
} from './timer.ts';

const ENTRYPOINT = '/usr/local/bin/bundle-docker-entrypoint';
const STOCK = ['valkey-server', `${CONF}/stock.conf`];

/** The older entrypoints find the program that stands for the server where they would find the server: on PATH. */
const olderEnv = { PATH: `${BENCH}/bin:/usr/local/bin:/usr/bin:/bin` };

const startCases: readonly Case[] = [
  { name: 'node -e 0', argv: [`${BENCH}/node`, '-e', '0'] },
  { name: 'entrypoint', argv: [ENTRYPOINT, ...STOCK] },
  { name: 'Python entrypoint', argv: [`${BENCH}/entrypoint.py`, ...STOCK], env: olderEnv },
  { name: 'shell entrypoint', argv: [`${BENCH}/entrypoint.sh`, ...STOCK], env: olderEnv },
  { name: 'entrypoint, a command', argv: [ENTRYPOINT, `${BENCH}/bin/nothing`] },
];

/** The start up to exec, as root, with four modules and the stock configuration; the server's stand-in ends at once. */
export async function measureStart(
  effort: Effort,
): Promise<{ ratios: readonly Ratio[]; timings: Readonly<Record<string, Timing>> }> {
  const timed = await timeCases(startCases, effort);
  const start = timingIn(timed, 'entrypoint');
  const against = (base: string, goal: number | null): Ratio => ({
    what: 'entrypoint',
    against: base,
    ...ratioOf(start, timingIn(timed, base)),
    goal,
  });
  return {
    ratios: [against('node -e 0', 1.1), against('Python entrypoint', 1), against('shell entrypoint', null)],
    timings: Object.fromEntries(timed),
  };
}

const MODULES = ['libjson', 'libsearch', 'libvalkey_bloom', 'libvalkey_ldap'].map(
  (name) => `/usr/lib/valkey/${name}.so`,
);

/** The program that the plain server is, and how it is told to load what the entrypoint finds by itself. */
const PLAIN_SERVER = '/usr/local/libexec/valkey/valkey-server';
const LOAD_LINES: readonly string[] = MODULES.flatMap((path) => ['--loadmodule', path]);

/** The arguments of both servers: a socket to answer on, nothing to save. */
function serverArguments(socket: string): readonly string[] {
  return [`${CONF}/pong.conf`, '--unixsocket', socket, '--unixsocketperm', '777', '--save', ''];
}

/** From the start of the process to the first PONG, inside one container: the server's start without the engine's. */
export async function measureFirstPong(
  effort: Effort,
): Promise<{ ratio: Ratio; timings: Readonly<Record<string, Timing>> }> {
  const socket = '/tmp/pong.sock';
  const options = serverArguments(socket).filter((argument) => argument !== '' && argument !== '--save');
  const ours = 'first PONG, entrypoint';
  const plain = 'first PONG, plain server';
  const timed = await timeCases(
    [
      { name: ours, argv: ['/usr/local/bin/bundle-docker-entrypoint', 'valkey-server', ...options], socket },
      { name: plain, argv: [PLAIN_SERVER, ...options, ...LOAD_LINES], socket },
    ],
    effort,
    'real',
  );
  const ratio = ratioOf(timingIn(timed, ours), timingIn(timed, plain));
  return {
    ratio: { what: 'first PONG, inside a container', against: 'plain server', ...ratio, goal: null },
    timings: Object.fromEntries(timed),
  };
}

interface Contender {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

const socket = (index: number): string => `${OUTPUT}/${index}.sock`;
const contenders: readonly [Contender, Contender] = [
  {
    name: 'container, entrypoint',
    entrypoint: ['bundle-docker-entrypoint'],
    command: ['valkey-server', ...serverArguments(socket(0))],
  },
  {
    name: 'container, plain server',
    entrypoint: [PLAIN_SERVER],
    command: [...serverArguments(socket(1)), ...LOAD_LINES],
  },
];

const PATIENCE_MS = 30_000;

/**
 * From the order to start a container to its first PONG, in turns. The server answers on a socket in a folder of the
 * host: published ports have the engine's proxy in between.
 */
export async function measureContainerPong(
  { runs, warmUp }: Effort,
  image: string,
): Promise<{ ratio: Ratio; timings: Readonly<Record<string, Timing>> }> {
  const engine = await openEngine();
  const samples: Sample[][] = contenders.map(() => []);
  for (let run = 0; run < warmUp + runs; run++) {
    for (const index of run % 2 === 0 ? [0, 1] : [1, 0]) {
      const contender = contenders[index];
      if (contender === undefined) continue;
      const wall = await timeContainer(engine, image, contender, join(folders.output, `${index}.sock`));
      if (run >= warmUp) samples[index]?.push({ wall, cpu: Number.NaN });
    }
  }
  const [ours = [], plain = []] = samples;
  const ratio = ratioOf(timingOf(ours), timingOf(plain));
  return {
    ratio: { what: 'first PONG, from docker start', against: 'plain server', ...ratio, goal: 1.03 },
    timings: Object.fromEntries(contenders.map(({ name }, index) => [name, timingOf(samples[index] ?? [])])),
  };
}

async function timeContainer(engine: Docker, image: string, contender: Contender, path: string): Promise<number> {
  await rm(path, { force: true });
  await mkdir(folders.output, { recursive: true });
  await chmod(folders.output, 0o777);
  const container = await engine.createContainer({
    Image: image,
    Labels: ownLabel(),
    Entrypoint: [...contender.entrypoint],
    Cmd: [...contender.command],
    HostConfig: { Binds: [`${folders.conf}:${CONF}:ro`, `${folders.output}:${OUTPUT}`] },
  });
  try {
    const from = process.hrtime.bigint();
    const [answered] = await Promise.all([firstPong(path), container.start()]);
    return Number(answered - from) / 1e6;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** When the server behind the socket said PONG. */
async function firstPong(path: string): Promise<bigint> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (await answers(path)) return process.hrtime.bigint();
    await setTimeout(1);
  }
  throw new Error(`no server answered on ${path} within ${PATIENCE_MS} ms`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(path);
    const finish = (answer: boolean): void => {
      client.destroy();
      resolve(answer);
    };
    client.once('connect', () => client.write('PING\r\n'));
    client.once('data', (data) => finish(data.toString('latin1').startsWith('+PONG')));
    client.once('error', () => finish(false));
    client.once('close', () => finish(false));
  });
}

const CLI = 'valkey-cli ping';
const health = (...level: readonly string[]): Case => ({
  name: ['health', ...level].join(' '),
  argv: ['/usr/local/bin/valkey-bundle', 'health', ...level],
});

const probeCases: readonly Case[] = [
  { name: CLI, argv: ['/usr/local/bin/valkey-cli', 'ping'] },
  health(),
  health('--alive'),
  health('--joined'),
];

/** Measures the processor time of asking a running server: an orchestrator asks every node every few seconds. */
export async function measureProbe(
  effort: Effort,
): Promise<{ ratios: readonly Ratio[]; timings: Readonly<Record<string, Timing>> }> {
  const timed = await timeCases(probeCases, effort, 'real', true);
  const ratios = probeCases.slice(1).map(({ name }): Ratio => {
    const ratio = ratioOf(timingIn(timed, name), timingIn(timed, CLI));
    return { what: `${name} (processor time)`, against: CLI, ...ratio, median: ratio.cpu, goal: 1.3 };
  });
  return { ratios, timings: Object.fromEntries(timed) };
}
